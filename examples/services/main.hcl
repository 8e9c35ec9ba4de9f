# Every way in which a Service leads to pods.

release "services" { namespace = "example-services" }

# Inside the cluster, by name: http://catalog. Two ports lead to one of the container.
app "catalog" {
  image    = "example.com/catalog:1.4"
  replicas = 2
  port "http" {
    number       = 8080
    service_port = 80
    app_protocol = "http"
  }
  port "admin" {
    number       = 8080
    service_port = 8081
  }
  port "metrics" { number = 9100 }
  service {
    traffic_distribution    = "PreferSameZone"
    internal_traffic_policy = "Cluster"
  }
}

# One name and number, by two protocols.
app "dns" {
  image = "registry.k8s.io/coredns/coredns:v1.12.0"
  port "dns" {
    number   = 53
    protocol = "UDP"
  }
  port "dns-tcp" { number = 53 }
  service { internal_traffic_policy = "Local" }
}

# On a port of every node. Requests of one client go to one pod, for ten minutes.
variable "node_port" {
  description = "Port that leads to the shop on every node."
  type        = number
  default     = 31090
}

app "shop" {
  image    = "example.com/shop:2.0"
  replicas = 3
  config   = { CATALOG = "http://${app.catalog.host}:${app.catalog.port.http}" }
  port "http" {
    number    = 8080
    node_port = var.node_port
  }
  service {
    session_affinity = "ClientIP"
    session_timeout  = "10m"
  }
}

# Through a load balancer, which keeps the addresses of clients and lets in two networks.
app "gateway" {
  image = "example.com/gateway:3.1"
  port "https" {
    number       = 8443
    service_port = 443
  }
  service {
    type                    = "LoadBalancer"
    external_traffic_policy = "Local"
    source_ranges           = ["203.0.113.0/24", "198.51.100.0/24"]
    annotations             = { "example.com/load-balancer" = "internal" }
  }
}

# No address: the name leads to the pods, and each has a name of its own, also while
# they look for each other.
app "members" {
  kind     = "StatefulSet"
  image    = "example.com/members:1.0"
  replicas = 3
  config   = { SEEDS = "members-0.members,members-1.members" }
  port "peer" { number = 7000 }
  service {
    headless          = true
    publish_not_ready = true
  }
}
