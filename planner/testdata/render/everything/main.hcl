# One app that uses all that an app can say about its container.
release "shop" { namespace = "shop" }

config "defaults" {
  data = { COLOR = "green" }
}

secret "tls" {
  data = { "tls.key" = "key" }
}

app "web" {
  version           = "1.2.3"
  image             = "registry.example.com:5000/team/web:1.2.3"
  image_pull_policy = "IfNotPresent"
  replicas          = 0
  command           = ["/bin/web"]
  args              = ["--port", "8080"]
  working_dir       = "/srv"
  labels            = { team = "shop" }
  annotations       = { "prometheus.io/scrape" = "true" }

  config = { LOG = "info" }
  secret = { TOKEN = "s3cret" }
  env = {
    EMPTY    = ""
    ZERO     = "0123"
    COLOR    = config.defaults.key.COLOR
    KEY      = secret.tls.key["tls.key"]
    COMPOSED = "key:${secret.tls.key["tls.key"]}"
    FOREIGN  = { secret = "elsewhere", key = "password", optional = true }
    LOCAL    = { config = "elsewhere", key = "color" }
  }
  env_from {
    config = config.defaults
    prefix = "DEFAULT_"
  }
  env_from { secret = "shared" }

  port "http" { number = 8080 }
  service {
    type        = "LoadBalancer"
    annotations = { "example.com/internal" = "true" }
  }
  resources {
    requests = { cpu = "1000m", memory = "1024Mi", "example.com/gpu" = 1 }
    limits   = { cpu = 2.5, memory = "2e9" }
  }
  rollout {
    max_surge         = 1
    max_unavailable   = "0%"
    min_ready         = "10s"
    progress_deadline = "5m"
    timeout           = "90s"
  }
}
