release "shop" { namespace = "shop" }

variable "front" { default = "shop" }

secret "tls" {
  type = "kubernetes.io/tls"
  data = {
    "tls.crt" = file("tls.crt")
    "tls.key" = file("tls.key")
  }
}

app "shop" {
  image    = "example.com/shop:1"
  replicas = 3
  port "http" {
    number       = 8080
    service_port = 80
  }
  rollout {
    strategy = "canary"
    steps    = [10, 50]
    traffic  = "ingress-nginx"
  }
}

app "api" {
  image = "example.com/api:1"
  port "http" { number = 8080 }
  port "metrics" { number = 9090 }
  rollout {
    strategy = "canary"
    steps    = [50]
    traffic  = "gateway-api"
  }
}

ingress "shop" {
  class       = "nginx"
  labels      = { tier = "front" }
  annotations = { "nginx.ingress.kubernetes.io/proxy-body-size" = "8m" }

  host "shop.example.com" {
    path "/" { app = app.shop }
    path "/metrics" {
      app  = app.api.name
      port = "metrics"
      type = "Exact"
    }
  }
  host "*.shop.example.com" {
    path "/" {
      app  = var.front
      port = 80
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
    path "/" {
      app  = app.api
      port = "http"
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
