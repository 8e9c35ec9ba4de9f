release "r" {}

app "names" {
  image = "nginx"
  port "http" { number = 80 }
  service { name = "first" }
  service { type = "NodePort" }
  service {} # ERROR: Missing required argument: app.names has a Service without a name of its own already, at main.hcl:7. Each further one needs a name.
  service { name = "first" } # ERROR: Duplicate block: There is a Service "first" of app.names already at main.hcl:6.
  service { name = "names" } # ERROR: Duplicate block: There is a Service "names" of app.names already at main.hcl:7.
  service { name = "0" } # ERROR: Invalid value: "name" must start with a letter, for its Service is named after it.
}

app "choice" {
  image = "nginx"
  port "http" { number = 80 }
  port "admin" {
    number  = 81
    exposed = false
  }
  service { ports = [] } # ERROR: Service without a port: A Service without ports is not possible, unless it is headless.
  service {
    name  = "unknown"
    ports = ["htpt", "admin"] # ERROR: Unknown port: app.choice exposes no port "htpt". Did you mean "http"? # ERROR: Unknown port: app.choice exposes no port "admin".
  }
  service {
    name  = "twice"
    ports = ["http", "http"] # ERROR: Duplicate port: The Service has the port "http" already.
  }
  service {
    name  = "number"
    ports = { http = 0 } # ERROR: Invalid value: "ports.http" must be a whole number from 1 to 65535.
  }
}

app "nodes" {
  image = "nginx"
  port "http" { # ERROR: Conflicting arguments: The Services "nodes" and "again" would both have the node_port 31080. Give one of them a port block of its own.
    number    = 80
    node_port = 31080
  }
  service { type = "NodePort" }
  service {
    name = "again"
    type = "LoadBalancer"
  }
}

app "equal" {
  image = "nginx"
  port "http" { number = 80 }
  port "more" { number = 81 } # ERROR: Duplicate port: The port "http" at main.hcl:51 has the service_port 80 already.
  service {
    ports = { http = 80, more = 80 }
  }
}

app "colors" {
  image = "nginx"
  port "http" { number = 80 }
  service {}
  service { name = "colors-more" } # ERROR: Conflicting arguments: With this strategy the traffic of a color moves with one Service, and the Service "colors-more" would lead to both versions. Leave it out; if it may lead to both, write it as a resource "Service" with the selector app.colors.selector.
  rollout { strategy = "blue-green" }
}

app "weighed" {
  image = "nginx"
  port "http" { number = 80 }
  service {}
  service { name = "weighed-more" } # ERROR: Conflicting arguments: With this strategy the weight of a canary is that of the requests to one Service, and the Service "weighed-more" would lead to both versions. Leave it out; if it may lead to both, write it as a resource "Service" with the selector app.weighed.selector.
  rollout {
    strategy = "canary"
    steps    = [10]
    traffic  = "ingress-nginx"
  }
}

app "labels" {
  image = "nginx"
  port "http" { number = 80 }
  service {
    labels = { "app.kubernetes.io/name" = "x" } # ERROR: Invalid key: The key "app.kubernetes.io/name" is set by stowage itself.
  }
}

app "own-labels" {
  image = "nginx"
  port "http" { number = 80 }
  service {
    selector = { app = "web" } # ERROR: Conflicting arguments: The pods of app.own-labels are found by labels of stowage's own, by its Services too. selector goes with selector of the app.
  }
}

app "other-labels" {
  image    = "nginx"
  selector = { app = "web" }
  port "http" { number = 80 }
  service {
    selector = { tier = "front" } # ERROR: Invalid value: The Service "other-labels" asks for the label tier = "front", which the pods of app.other-labels do not have.
  }
  service {
    name     = "none"
    selector = {} # ERROR: Invalid value: "selector" is empty, which would mean no pod.
  }
}

app "fine" {
  image = "nginx"
  port "http" { number = 80 }
  port "8080" {
    service_name = "more"
    exposed      = true
  }
  service { name = "own" }
}

app "asks" {
  image = "nginx"
  env = {
    A = app.fine.service["fine"].host # ERROR: Unknown attribute: app.fine.service has no "fine"; there is own.
    B = app.fine.service["own"].port["808"] # ERROR: Unknown attribute: app.fine.service["own"].port has no "808"; there is 8080, http. Did you mean "8080"?
    C = app.fine.service.own.hots # ERROR: Unknown attribute: app.fine.service.own has no "hots"; there is fqdn, host, port. Did you mean "host"?
  }
}
