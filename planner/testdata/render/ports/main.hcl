release "shop" { namespace = "shop" }

# The same number twice, by protocol.
app "dns" {
  image = "coredns"
  port "dns" {
    number   = 53
    protocol = "UDP"
  }
  port "dns-tcp" { number = 53 }
}

# Two ports of the Service lead to one of the container, which has one name.
app "web" {
  image = "nginx"
  port "http" {
    number       = 8080
    service_port = 80
  }
  port "alt" {
    number       = 8080
    service_port = 8080
    node_port    = 31081
  }
  readiness { tcp = "alt" }
}
