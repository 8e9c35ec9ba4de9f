resource "ServiceMonitor" "web" {
  api_version = "monitoring.coreos.com/v1"
  labels      = { release = "prometheus" }
  spec = {
    selector  = { matchLabels = { app = "web" } }
    endpoints = [{ port = "metrics", interval = "30s", basicAuth = { password = { name = "monitor", key = "password" } } }]
  }
}

resource "PriorityClass" "high" {
  value         = 1000000
  globalDefault = false
  description   = <<-EOT
    For what must not wait.

    "Quotes", \backslashes and $${braces}.
  EOT
}
