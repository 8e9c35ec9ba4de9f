# Made with Helm, by a chart that labels pods with more than it finds them by.

app "api" {
  name     = "shop-api"
  image    = "example.com/api:2.3"
  replicas = 2
  selector = {
    "app.kubernetes.io/name"     = "api"
    "app.kubernetes.io/instance" = "shop"
  }
  pod_labels = {
    "app.kubernetes.io/name"       = "api"
    "app.kubernetes.io/instance"   = "shop"
    "app.kubernetes.io/managed-by" = "Helm"
    "helm.sh/chart"                = "api-2.3.0"
  }
  labels = {
    "app.kubernetes.io/name"     = "api"
    "app.kubernetes.io/instance" = "shop"
    "helm.sh/chart"              = "api-2.3.0"
  }
  container_name = "api"
  env            = { DATABASE_HOST = app.db.host }
  port "http" { number = 8080 }
  readiness { http = { path = "/health", port = "http" } }
  anti_affinity {}
  disruption_budget { max_unavailable = 1 }
}

# Its pods have no labels at all: nothing looks for them.
app "report" {
  name       = "shop-report"
  kind       = "CronJob"
  image      = "example.com/report:1.0"
  pod_labels = {}
  cron { schedule = "30 2 * * *" }
}
