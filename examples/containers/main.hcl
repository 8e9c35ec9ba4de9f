# Pods with several containers, and all that can be said of one.

release "containers" { namespace = "example-containers" }

variable "log_token" {
  description = "Lets the shipper of the logs in."
  type        = string
  sensitive   = true
  default     = "example"
}

config "run" {
  data = { "run.sh" = file("run.sh") }
}

app "shop" {
  image             = "example.com/shop:2.0"
  image_pull_policy = "Always"
  replicas          = 2
  command           = ["/bin/sh", "/opt/run.sh"]
  args              = ["--pod", "$(POD)"]
  working_dir       = "/srv"
  env = {
    PORT    = 8080
    POD     = { field = "metadata.name" }
    NODE    = { field = "spec.nodeName" }
    TIER    = { field = "metadata.labels['tier']" }
    MEMORY  = { resource = "limits.memory", divisor = "1Mi" }
    CPU     = { resource = "requests.cpu", divisor = "1m" }
    LISTEN  = "$(ADDRESS):$(PORT)"
    ADDRESS = { field = "status.podIP" }
  }
  labels                     = { tier = "front" }
  termination_grace_period   = "1m"
  termination_message_policy = "FallbackToLogsOnError"
  share_processes            = true

  port "http" {
    number       = 8080
    service_port = 80
  }
  resources {
    requests = { cpu = "250m", memory = "128Mi" }
    limits   = { memory = "256Mi" }
  }
  post_start { exec = ["/bin/shop", "warm-up"] }
  pre_stop { sleep = "5s" }

  # What several containers see has a block of its own.
  volume "logs" {
    empty_dir {}
  }
  mount "/var/log/shop" { volume = "logs" }
  mount "/opt" {
    config = config.run
    mode   = "0555"
  }

  # Starts first, and stays: the migration below goes through it.
  sidecar "tunnel" {
    image = "example.com/tunnel:1.3"
    args  = ["--to", "database"]
    startup { tcp = 5432 }
  }

  # Ends before the shop starts.
  init_container "migrate" {
    image   = "example.com/shop:2.0"
    command = ["/bin/shop", "migrate"]
    env     = { DATABASE = "127.0.0.1:5432" }
  }

  # Beside the shop. Its sensitive value moves to the app's own Secret.
  container "shipper" {
    image = "example.com/shipper:0.9"
    env   = { TOKEN = var.log_token }
    mount "/logs" {
      volume    = "logs"
      read_only = true
    }
  }

  # The Service has its port as well.
  container "exporter" {
    image = "example.com/exporter:1.0"
    port "metrics" { number = 9100 }
    readiness { http = { path = "/metrics" } }
  }
}
