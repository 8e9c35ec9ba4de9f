release "shop" { namespace = "shop" }

app "web" {
  image = "nginx"
  port "http" { number = 80 }
  readiness {
    http              = { path = "/health", port = "http", scheme = "HTTPS", headers = { X-Probe = "1" } }
    initial_delay     = "5s"
    period            = "1m"
    timeout           = "2s"
    success_threshold = 2
    failure_threshold = 5
  }
  liveness { exec = ["true"] }
  startup { grpc = { port = 9090 } }
}

app "plain" {
  image = "nginx"
  port "http" { number = 80 }
  readiness { http = {} }
  liveness { tcp = 8081 }
  startup { grpc = { port = 9090, service = "web" } }
}
