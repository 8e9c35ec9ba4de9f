release "r" {}

app "a" {
  image = "nginx"
  port "HTTP" { number = 80 } # ERROR: Invalid name: The name of a port must be made of lower-case letters and digits, with single dashes between them.
  port "0080" { number = 8080 } # ERROR: Invalid name: The name of a port must have a letter in it, as in "http", or be a number from 1 to 65535.
  port "a-name-too-long-for-a-port" { number = 8081 } # ERROR: Invalid name: The name of a port must be at most 15 characters long; it has 26.
  port "zero" { number = 0 } # ERROR: Invalid value: "number" must be a whole number from 1 to 65535.
  port "big" { number = 65536 } # ERROR: Invalid value: "number" must be a whole number from 1 to 65535.
  port "proto" {
    number   = 53
    protocol = "udp" # ERROR: Invalid value: "protocol" must be "TCP", "UDP" or "SCTP", not "udp".
  }
}

app "b" {
  image = "nginx"
  port "http" { number = 80 }
  port "http" { number = 81 } # ERROR: Duplicate port: There is a port "http" already at main.hcl:18.
  port "again" { number = 80 } # ERROR: Duplicate port: The port "http" at main.hcl:18 has the number 80 and protocol TCP already.
  port "service" { # ERROR: Duplicate port: The port "http" at main.hcl:18 has the service_port 80 already.
    number       = 82
    service_port = 80
  }
  port "udp" {
    number   = 80
    protocol = "UDP"
  }
}

app "c" {
  image = "nginx"
  port "http" { # ERROR: Conflicting arguments: A Service of type ClusterIP has no node_port. Leave out the type, or the node_port.
    number    = 80
    node_port = 31080
  }
  service { type = "ClusterIP" }
}

app "d" {
  image = "nginx"
  port "http" { # ERROR: Conflicting arguments: A headless Service has no node_port.
    number    = 80
    node_port = 31080
  }
  service { headless = true }
}

app "e" {
  image = "nginx"
  service { type = "LoadBalancer" } # ERROR: Service without a port: app.e has a service block but no port block, and a Service without ports is not possible.
}

app "f" {
  image = "nginx"
  port "http" { number = 80 }
  service { # ERROR: Conflicting arguments: A headless Service is of type ClusterIP, not LoadBalancer.
    type     = "LoadBalancer"
    headless = true
  }
}
