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
