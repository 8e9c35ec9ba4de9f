release "app" {
  namespace  = "shop"
  on_failure = "rollback"
}

locals { password = sensitive("canary") }

config "nginx" {
  data = { "nginx.conf" = "events {}", "mime.types" = "text" }
  lifecycle { prevent_destroy = true }
}

secret "tls" {
  data = { "tls.key" = "key" }
}

app "web" {
  version           = "1.2.3"
  image             = "registry.example.com:5000/team/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  image_pull_policy = "IfNotPresent"
  replicas          = 0
  command           = ["/bin/web"]
  args              = ["--port", 8080, "--host=${app.web.host}", true]
  working_dir       = "/srv"
  labels            = { team = "shop" }
  annotations       = { "prometheus.io/scrape" = true }

  config = { LOG = "info", SELF = app.web.fqdn }
  secret = { TOKEN = "s3cret" }
  env = {
    PLAIN    = "x"
    NUMBER   = 0123
    KEY      = secret.tls.key["tls.key"]
    CONFIG   = config.nginx.key["nginx.conf"]
    TRIMMED  = trimspace(config.nginx.key["mime.types"])
    COMPOSED = "user:${local.password}@host"
    FOREIGN  = { secret = "elsewhere", key = "password", optional = true }
    OURS     = { config = config.nginx, key = "mime.types" }
    A        = "$(PLAIN)-$(Z)"
    Z        = "last"
    NOTHING  = null
  }
  env_from {
    config = config.nginx
    prefix = "NGINX_"
  }
  env_from { secret = "shared" }

  port "http" { number = 8080 }
  port "dns" {
    number       = 5353
    service_port = 53
    protocol     = "UDP"
  }
  port "dns-tcp" {
    number       = 5353
    service_port = 53
  }
  service {
    type        = "LoadBalancer"
    annotations = { "example.com/internal" = "true" }
  }

  mount "/data" {
    claim {
      size          = "1.5Gi"
      access_modes  = ["ReadWriteMany"]
      storage_class = ""
    }
  }
  mount "/shared" {
    claim { existing = "shared-data" }
    sub_path = "web"
  }
  mount "/etc/nginx" {
    config    = config.nginx
    read_only = true
    items     = { "nginx.conf" = "nginx.conf", "mime.types" = { path = "conf.d/mime.types", mode = "0400" } }
    mode      = "0440"
  }
  mount "/etc/tls/tls.key" {
    secret   = secret.tls.name
    sub_path = "tls.key"
  }
  mount "/etc/other" {
    secret   = "other"
    optional = true
  }
  mount "/tmp" {
    empty_dir {
      medium = "Memory"
      size   = "64Mi"
    }
  }
  mount "/var/log" {
    host_path {
      path = "/var/log"
      type = "Directory"
    }
  }

  readiness {
    http              = { path = "/health", port = "http", scheme = "HTTPS", headers = { X-Probe = 1 } }
    initial_delay     = "5s"
    period            = "1m"
    timeout           = "2s"
    success_threshold = 2
    failure_threshold = 5
  }
  liveness { exec = ["true"] }
  startup { grpc = { port = 9090, service = "web" } }

  resources {
    requests = { cpu = 0.5, memory = "512Mi", "nvidia.com/gpu" = 1 }
    limits   = { cpu = "500m", memory = "1e9" }
  }
  rollout {
    max_surge         = 1
    max_unavailable   = "25%"
    min_ready         = "10s"
    progress_deadline = "5m"
    timeout           = "1h30m"
  }
}

app "db" {
  kind  = "StatefulSet"
  image = "mysql:5.7"
  port "tcp" { number = 3306 }
  service { headless = true }
  mount "/" {
    claim { size = "1Gi" }
  }
  mount "/var/lib/MySQL Data" {
    claim {
      size          = "1Gi"
      storage_class = "fast"
    }
  }
  readiness { tcp = 3306 }
  startup { http = {} }
}

app "worker" {
  image = "busybox"
  rollout { strategy = "recreate" }
  autoscale {
    min    = 2
    max    = 20
    cpu    = 80
    memory = 120
  }
  resources { requests = { cpu = 1, memory = "1Gi" } }
  lifecycle { prevent_destroy = true }
  depends_on = [app.db, secret.tls]
}
