release "r" { namespace = "shop" }

# Ports without names, as container and Service.
app "plain" {
  image = "nginx"
  port "8080" { service_port = 80 }
  port "9090" {
    exposed = false
  }
}

# All that a port can be told.
app "told" {
  image = "nginx"
  port "http" {
    number       = 8080
    service_port = 80
    service_name = "web"
    target       = 8080
  }
  port "admin" {
    number   = 8081
    declared = false
  }
  port "53" {
    service_name = "dns"
    target       = "http"
  }
  port "53" {
    protocol     = "UDP"
    service_name = "dns-udp"
  }
  readiness { http = { port = 53 } }
}

# Two Services with ports of their own, and a third with both.
app "front" {
  image = "nginx"
  port "http" { number = 8080 }
  port "admin" {
    number    = 8081
    node_port = 31081
  }
  service {
    ports  = { http = 80 }
    labels = { tier = "front" }
  }
  service {
    name  = "front-admin"
    type  = "NodePort"
    ports = ["admin"]
  }
  service {
    name     = "front-pods"
    headless = true
  }
}

# The governing Service is not the one that host names.
app "db" {
  kind  = "StatefulSet"
  image = "postgres"
  port "5432" {}
  service {}
  service {
    name              = "db-pods"
    headless          = true
    publish_not_ready = true
  }
}

# A Service with another name than the app's, and one that has no ports.
app "renamed" {
  image = "nginx"
  port "http" { number = 80 }
  service { name = "legacy" }
  service {
    name     = "legacy-pods"
    ports    = []
    headless = true
  }
}

# Nothing but a name that leads to pods.
app "cluster" {
  kind  = "StatefulSet"
  image = "nginx"
  service { headless = true }
}

app "client" {
  image = "nginx"
  env = {
    HOST    = app.front.host
    PORT    = app.front.port.http
    PLAIN   = "${app.plain.host}:${app.plain.port["8080"]}"
    ADMIN   = "${app.front.service["front-admin"].fqdn}:${app.front.service["front-admin"].port.admin}"
    PODS    = app.db.service["db-pods"].host
    RENAMED = app.renamed.host
  }
}

# Names of Services in plain text order the apps too.
app "texts" {
  image = "nginx"
  env = {
    RENAMED = "http://legacy/x"
    FURTHER = "db-pods:5432"
  }
}

ingress "web" {
  host "example.com" {
    path "/" { app = app.front }
    path "/plain" {
      app  = app.plain
      port = 8080
    }
  }
}

# Objects with names of their own.
app "named" {
  image = "nginx"
  resources { requests = { cpu = "100m" } }
  autoscale {
    name = "named-hpa"
    max  = 3
    cpu  = 80
  }
  disruption_budget {
    name            = "named-pdb"
    max_unavailable = 1
  }
  service_account {
    name = "named-sa"
    rule {
      resources = ["pods"]
      verbs     = ["get"]
    }
    cluster_rule {
      resources = ["nodes"]
      verbs     = ["get"]
    }
  }
}
