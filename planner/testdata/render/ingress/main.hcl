release "shop" { namespace = "shop" }

secret "tls" {
  type = "kubernetes.io/tls"
  data = {
    "tls.crt" = file("tls.crt")
    "tls.key" = file("tls.key")
  }
}

ingress "shop" {
  class       = "nginx"
  labels      = { tier = "front" }
  annotations = { "nginx.ingress.kubernetes.io/proxy-body-size" = "8m" }
  host "shop.example.com" {
    path "/" {
      app  = app.shop
      port = "http"
    }
    path "/status" {
      app  = app.shop
      port = "metrics"
      type = "Exact"
    }
  }
  host "*" {
    path "/static" {
      service = "static"
      port    = "http"
    }
  }
  default {
    service = "nowhere"
    port    = 8080
  }
  tls {
    hosts  = ["shop.example.com"]
    secret = secret.tls.name
  }
  tls {}
  lifecycle { prevent_destroy = true }
}

ingress "api" {
  host "api.example.com" {
    path "/" { app = app.api }
    path "/v1" {
      app  = app.api
      type = "Exact"
    }
  }
  gateway {
    name      = "public"
    namespace = "infra"
    section   = "https"
    port      = 443
  }
  gateway { name = "local" }
}

app "shop" {
  image = "example.com/shop:1"
  port "http" {
    number       = 8080
    service_port = 80
  }
  port "metrics" { number = 9090 }
}

app "api" {
  image = "example.com/api:1"
  port "http" { number = 8080 }
}
