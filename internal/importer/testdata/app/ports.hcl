# ---- gate.hcl
# Two Services of one app: other numbers in each, one port that only one of them has, and one that no container lists.
app "gate" {
  image    = "gate:1"
  selector = { app = "gate" }

  port "http" {
    number       = 8080
    service_port = 80
    node_port    = 31800
  }

  port "admin" { number = 9000 }

  port "7946" {
    protocol     = "UDP"
    service_name = "gossip"
  }

  port "debug" {
    number    = 6060
    host_port = 6060
    exposed   = false
  }

  port "status" {
    number   = 8081
    declared = false
  }

  service { ports = ["http", "admin", "7946"] }

  service {
    name                    = "gate-public"
    ports                   = { http = 8000, status = 8081 }
    type                    = "NodePort"
    external_traffic_policy = "Local"
    annotations             = { "example.com/lb" = "internal" }
  }

  # Nothing but names: the members find each other by it.
  service {
    name     = "gate-members"
    ports    = []
    headless = true
  }
}

# ---- network.hcl
# This one leads to the pods of two apps, and belongs to none.
resource "Service" "everything" {
  spec = { selector = { team = "edge" }, ports = [{ port = 80 }] }
}

# ---- one.hcl
app "one" {
  kind       = "DaemonSet"
  image      = "one"
  selector   = { app = "one" }
  pod_labels = { app = "one", team = "edge" }
  port "80" { exposed = false }
}

# ---- two.hcl
app "two" {
  image      = "two"
  selector   = { app = "two" }
  pod_labels = { app = "two", team = "edge" }
  port "80" { exposed = false }
}
