config "a" {
  versioned = false
  labels = {
    "app.kubernetes.io/name"     = "shop"
    "app.kubernetes.io/instance" = "mine"
    "helm.sh/chart"              = "shop-1.2.3"
  }
  # By Helm.
  annotations = { "example.com/keep" = "yes" }
  data        = { a = "b" }
}

config "b" {
  versioned = false
  data      = { a = "b" }
}
