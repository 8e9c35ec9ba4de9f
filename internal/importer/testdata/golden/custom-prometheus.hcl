# ---- metered.hcl
# Monitors and rules, beside the app that they are for.
app "metered" {
  image    = "metered:1"
  labels   = { app = "metered" }
  selector = { app = "metered" }
  port "metrics" { number = 9090 }
}

# ---- resources.hcl
resource "ServiceMonitor" "metered" {
  api_version = "monitoring.coreos.com/v1"
  labels      = { release = "prometheus" }
  spec = {
    selector = { matchLabels = { app = "metered" } }
    endpoints = [{
      port        = "metrics"
      interval    = "30s"
      path        = "/metrics"
      honorLabels = true
      relabelings = [{
        sourceLabels = ["__meta_kubernetes_pod_name"]
        targetLabel  = "pod"
        regex        = "(.*)"
        replacement  = "$1"
      }]
    }]
  }
}

resource "PrometheusRule" "metered" {
  api_version = "monitoring.coreos.com/v1"
  spec = {
    groups = [{
      name = "metered.rules"
      rules = [{
        alert       = "HighErrorRate"
        expr        = <<-EOT
          sum(rate(http_requests_total{status=~"5.."}[5m]))
            / sum(rate(http_requests_total[5m])) > 0.05
        EOT
        "for"       = "10m"
        labels      = { severity = "page" }
        annotations = { summary = "Errors at {{ $value | humanizePercentage }} in {{ $labels.namespace }}" }
      }]
    }]
  }
}
