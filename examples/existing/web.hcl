# Made with kubectl, from manifests with one label for everything.

config "web" {
  data   = { API = "http://${app.api.host}" }
  labels = { app = "web" }
}

app "web" {
  image          = "nginx:1.29"
  replicas       = 2
  selector       = { app = "web" } # the pods have this label and no other
  container_name = "nginx"
  labels         = { app = "web" } # those of the objects, beside stowage's
  env_from { config = config.web }
  port "http" { number = 80 }
  readiness { http = { path = "/", port = "http" } }
}

# The database answers these pods alone, found by the same labels as by everybody else.
resource "NetworkPolicy" "db" {
  spec = {
    podSelector = { matchLabels = app.db.selector }
    policyTypes = ["Ingress"]
    ingress     = [{ from = [{ podSelector = { matchLabels = app.api.selector } }] }]
  }
}
