# One release in several namespaces, each with the Pod Security level that it needs, and
# names across them.

release "namespaces" { namespace = "example-shop" }

# The release's own namespace is made without being asked for. A block for it says more
# about it.
resource "Namespace" "example-shop" {
  labels = {
    "pod-security.kubernetes.io/enforce" = "baseline"
    "pod-security.kubernetes.io/warn"    = "restricted"
  }
}

resource "Namespace" "example-shop-batch" {
  labels = { "pod-security.kubernetes.io/enforce" = "privileged" }
}

# What all pods of the other namespace may use together.
resource "ResourceQuota" "batch" {
  namespace = resource.Namespace.example-shop-batch.name
  spec      = { hard = { pods = "10", "requests.cpu" = "4" } }
}

app "shop" {
  image = "example.com/shop:1.8"
  port "http" { number = 8080 }
}

# Found from the other namespace by its full name.
resource "ConfigMap" "shop-address" {
  namespace = resource.Namespace.example-shop-batch.name
  data      = { SHOP_URL = "http://${app.shop.fqdn}:${app.shop.port.http}/" }
}
