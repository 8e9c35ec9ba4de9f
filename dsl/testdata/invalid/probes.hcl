release "r" {}

app "a" {
  image = "nginx"
  port "http" { number = 80 }
  port "admin" { number = 81 }
  readiness {
    http = { path = "health", port = "htp" } # ERROR: Invalid value: "path" must start with a slash. # ERROR: Unknown port: app.a has no port "htp". Did you mean "http"?
  }
  liveness { # ERROR: Invalid probe: A probe asks in one way: http, tcp, exec or grpc. This one has 2. # ERROR: Invalid probe: The success_threshold of a liveness probe must be 1.
    tcp               = "admin"
    exec              = ["true"]
    success_threshold = 2
  }
  startup {
    grpc          = { service = "x" } # ERROR: Missing required argument: "grpc" needs a port: app.a has 2 of them.
    period        = "500ms" # ERROR: Invalid value: "period" must be whole seconds, such as "1s"; Kubernetes knows nothing finer.
    timeout       = "5" # ERROR: Invalid value: "timeout" must be a duration with its unit, such as "30s", "5m" or "1h30m".
    initial_delay = "-1s" # ERROR: Invalid value: "initial_delay" must be at least 0s and at most 2147483647 seconds.
  }
}

app "b" {
  image = "nginx"
  readiness {} # ERROR: Invalid probe: A probe asks in one way: http, tcp, exec or grpc. This one has 0.
  liveness {
    tcp               = 70000 # ERROR: Unknown port: app.b has no port "70000".
    failure_threshold = 0 # ERROR: Invalid value: "failure_threshold" must be a whole number from 1 to 2147483647.
  }
  startup {
    http              = "/" # ERROR: Invalid value: "http" must be an object, as in http = { ... }.
  }
}

app "c" {
  image = "nginx"
  port "http" { number = 80 }
  startup { # ERROR: Invalid probe: The success_threshold of a startup probe must be 1.
    tcp               = "http"
    success_threshold = 2
  }
  readiness { http = { path = "/", path = "/x", scheme = "HTPS", headers = { "a b" = "c" } } } # ERROR: Duplicate key: "path" is written twice in this object. # ERROR: Invalid value: "scheme" must be "HTTP" or "HTTPS", not "HTPS". Did you mean "HTTPS"? # ERROR: Invalid key: The key "a b" must be the name of an HTTP header.
  readiness { tcp = "http" } # ERROR: Duplicate block: There can be one readiness block here; there is one already at main.hcl:42.
}
