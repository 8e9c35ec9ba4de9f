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

# Several Services of one app: clients reach the leader's port by "broker", the pods have names by "broker-pods", which
# governs the StatefulSet, and an old name still leads to what came of it. A port whose label is a number has no name.
app "broker" {
  kind     = "StatefulSet"
  image    = "example.com/broker:2.0"
  replicas = 2
  port "5672" {}
  port "gossip" {
    number   = 7001
    declared = false # the image listens there all the same
  }
  port "debug" {
    number  = 6060
    exposed = false # no Service has it
  }
  service { ports = ["5672"] }
  service {
    name              = "broker-pods"
    headless          = true
    publish_not_ready = true
    ports             = ["gossip"]
  }
  service {
    name   = "message-queue"
    ports  = { "5672" = 5000 }
    labels = { deprecated = "true" }
  }
}

app "consumer" {
  image = "example.com/consumer:2.0"
  config = {
    BROKER = "amqp://${app.broker.host}:${app.broker.port["5672"]}"
    OLD    = "${app.broker.service["message-queue"].host}:${app.broker.service["message-queue"].port["5672"]}"
  }
}
