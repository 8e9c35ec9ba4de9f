release "existing" {}

app "web" {
  image          = "nginx:1.29"
  selector       = { app = "web" }
  pod_labels     = { app = "web", "app.kubernetes.io/managed-by" = "Helm", tier = "front" }
  container_name = "nginx"
  labels = {
    "app.kubernetes.io/name"    = "shop"
    "app.kubernetes.io/part-of" = "shop"
    "app.kubernetes.io/version" = "2.0"
  }
  env = { MEMORY = { resource = "limits.memory", container = "nginx" } }
  port "http" { number = 80 }
  container "web" { image = "busybox:1.37" } # the app's own has another name
}

app "db" {
  kind     = "StatefulSet"
  image    = "mysql:5.7"
  selector = { app = "db" }
  port "tcp" { number = 3306 }
}

app "backup" {
  kind       = "CronJob"
  image      = "mysql:5.7"
  pod_labels = {}
  labels     = { "app.kubernetes.io/instance" = "mine" }
  cron { schedule = "@daily" }
}

app "ours" {
  image    = "nginx:1.29"
  selector = null
  affinity { app = app.db }
}

config "shared" {
  data   = { A = "b" }
  labels = { "app.kubernetes.io/name" = "anything", "app.kubernetes.io/instance" = "goes" }
}

ingress "web" {
  labels = { "app.kubernetes.io/instance" = "mine" }
  host "shop.example.com" {
    path "/" { app = app.web }
  }
}

resource "NetworkPolicy" "db" {
  labels = { "app.kubernetes.io/instance" = "mine" }
  spec = {
    podSelector = { matchLabels = app.db.selector }
    ingress     = [{ from = [{ podSelector = { matchLabels = app.web.selector } }] }]
  }
}

output "found_by" { value = app.ours.selector }
output "jobs" { value = app.backup.selector }
