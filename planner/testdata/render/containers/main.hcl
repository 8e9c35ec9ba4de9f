release "pods" { namespace = "shop" }

variable "token" {
  default   = "canary"
  sensitive = true
}

config "proxy" {
  data = { "proxy.conf" = "listen 8443" }
}

app "web" {
  image  = "example.com/web:1.0"
  secret = { SESSION = "s3cret" }
  env = {
    TOKEN  = var.token
    POD_IP = { field = "status.podIP" }
    TEAM   = { field = "metadata.labels['team']" }
    MEMORY = { resource = "limits.memory", divisor = "1Mi" }
    PROXY  = { resource = "requests.cpu", container = "proxy" }
  }
  labels                     = { team = "shop" }
  termination_grace_period   = "0s"
  share_processes            = true
  termination_message_path   = "/var/run/last-words"
  termination_message_policy = "FallbackToLogsOnError"
  stdin                      = true
  tty                        = true

  port "http" { number = 8080 }
  resources { limits = { memory = "128Mi" } }
  readiness { http = {} }
  post_start { exec = ["/bin/warm-up"] }
  pre_stop { sleep = "5s" }

  volume "logs" {
    empty_dir { size = "64Mi" }
  }
  mount "/var/log/web" { volume = "logs" }
  mount "/tmp" {
    empty_dir {}
  }

  sidecar "proxy" {
    image = "example.com/proxy@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    env   = { TOKEN = var.token }
    port "https" {
      number       = 8443
      service_port = 443
    }
    readiness { tcp = "https" }
    startup { http = { path = "/started" } }
    pre_stop { http = { path = "/drain", port = "https", scheme = "HTTPS" } }
    mount "/etc/proxy" { config = config.proxy }
    resources { requests = { cpu = "100m" } }
  }

  init_container "migrate" {
    image   = "example.com/web:1.0"
    command = ["/bin/migrate"]
    env_from { config = config.proxy }
    mount "/tmp" {
      empty_dir {}
    }
  }

  container "shipper" {
    image       = "example.com/shipper"
    working_dir = "/logs"
    env         = { TOKEN = "$(SELF)-${var.token}", SELF = { field = "metadata.name" } }
    mount "/logs" {
      volume    = "logs"
      read_only = true
    }
    mount "/etc/proxy" { config = config.proxy }
    security { user = 0 }
  }
}

app "db" {
  kind  = "StatefulSet"
  image = "postgres:17"
  volume "data" {
    claim { size = "1Gi" }
  }
  mount "/var/lib/postgresql/data" { volume = "data" }
  container "backup" {
    image = "example.com/backup:2"
    mount "/data" {
      volume   = "data"
      sub_path = "base"
    }
    mount "/spool" {
      claim { size = "2Gi" }
    }
  }
}
