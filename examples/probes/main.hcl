# Every way to ask a container how it is, with all timings.

release "probes" { namespace = "example-probes" }

app "web" {
  image = "example.com/web:1.0"
  port "http" { number = 8080 }
  readiness {
    http              = { path = "/ready", scheme = "HTTPS", headers = { X-Probe = "readiness", Accept = "text/plain" } }
    initial_delay     = "2s"
    period            = "5s"
    timeout           = "3s"
    success_threshold = 2
    failure_threshold = 4
  }
  liveness {
    http          = { path = "/live", port = 8081 }
    initial_delay = "30s"
    period        = "20s"
  }
  startup {
    http              = { path = "/started" }
    period            = "1s"
    failure_threshold = 60
  }
}

app "database" {
  image = "example.com/database:5"
  port "sql" { number = 5432 }
  readiness { exec = ["/bin/is-ready", "--quiet"] }
  liveness {
    tcp     = "sql"
    timeout = "2s"
  }
}

app "greeter" {
  image = "example.com/greeter:3"
  port "grpc" { number = 9090 }
  readiness { grpc = { service = "greeter.v1" } }
  liveness { grpc = { port = "grpc" } }
}
