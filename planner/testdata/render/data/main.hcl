release "shop" { namespace = "kube-shop" } # a namespace that comes with the cluster is not made

config "settings" {
  data        = { "app.properties" = "a=1\nb=2\n", empty = "" }
  labels      = { team = "shop" }
  annotations = { "example.com/owner" = "team shop" }
}

config "hot" {
  versioned = false
  data      = { FLAG = "on" }
}

config "frozen" {
  versioned = false
  data      = { FLAG = "on" }
  override "ConfigMap" { immutable = true }
}

secret "held" {
  data = { KEY = "k" }
  override "Secret" {
    metadata = { finalizers = ["example.com/hold"], labels = { "app.kubernetes.io/name" = "held" } }
  }
}

secret "tls" {
  type = "kubernetes.io/tls"
  data = { "tls.crt" = file("tls.crt"), "tls.key" = file("tls.key") }
}

app "web" {
  image  = "nginx"
  labels = { team = "web" }
  config = { A = "1" }
  secret = { B = "2" }
}
