resource "NetworkPolicy" "web" {
  spec = {
    podSelector = { matchLabels = { app = "web" } }
    policyTypes = ["Ingress", "Egress"]
    ingress = [
      # From the shop alone.
      {
        from  = [{ podSelector = { matchLabels = { app = "shop" } } }]
        ports = [{ protocol = "TCP", port = 8080 }, { protocol = "TCP", port = "metrics" }]
      },
      {
        from = [{
          namespaceSelector = { matchLabels = { "kubernetes.io/metadata.name" = "monitoring" } }
          podSelector = {
            matchExpressions = [{ key = "app", operator = "In", values = ["prometheus", "thanos"] }]
          }
        }]
      },
    ]
    egress = []
  }
}

resource "Service" "outside" {
  spec = { type = "ExternalName", externalName = "db.example.com" }
}

resource "Service" "outside-other" {
  name      = "outside"
  namespace = "other"
  spec      = { type = "ExternalName", externalName = "db.example.com" }
}
