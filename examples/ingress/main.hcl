# How requests from outside reach apps, by host and path.

release "ingress" { namespace = "example-ingress" }

# Which controller takes them up. A cluster usually has one already.
resource "IngressClass" "public" {
  name = "example-public"
  spec = { controller = "k8s.io/ingress-nginx" }
}

app "shop" {
  image = "example.com/shop:2.0"
  port "http" { number = 8080 }
}

app "cart" {
  image = "example.com/cart:2.0"
  port "http" { number = 8080 }
  port "admin" { number = 8081 }
}

app "blog" {
  image = "example.com/blog:1.3"
  port "http" { number = 8080 }
}

app "sorry" {
  image = "example.com/sorry:1.0"
  port "http" { number = 8080 }
}

secret "shop" {
  type = "kubernetes.io/tls"
  data = {
    "tls.crt" = file("shop.crt")
    "tls.key" = file("shop.key") # of this example alone
  }
}

# Two hosts, one of them divided by paths, with the certificate of both; what leads
# nowhere else is told so. The controller is told more by annotations.
ingress "shop" {
  class = resource.IngressClass.public.name
  annotations = {
    "nginx.ingress.kubernetes.io/proxy-body-size"    = "8m"
    "nginx.ingress.kubernetes.io/proxy-read-timeout" = 120
    "nginx.ingress.kubernetes.io/ssl-redirect"       = true
  }
  host "shop.example.com" {
    path "/" { app = app.shop }
    path "/cart" {
      app  = app.cart
      port = "http"
    }
    path "/cart/health" {
      app  = app.cart
      port = "admin"
      type = "Exact"
    }
  }
  host "blog.example.com" {
    path "/" { app = app.blog }
  }
  tls {
    hosts  = ["shop.example.com", "blog.example.com"]
    secret = secret.shop.name
  }
  default { app = app.sorry }
}

# A path that is rewritten, on any host.
ingress "api" {
  class       = resource.IngressClass.public.name
  annotations = { "nginx.ingress.kubernetes.io/rewrite-target" = "/$2" }
  host "*" {
    path "/api(/|$)(.*)" {
      app  = app.cart
      port = 8081
      type = "ImplementationSpecific"
    }
  }
}

# Everything below one domain.
ingress "tenants" {
  class = resource.IngressClass.public.name
  host "*.tenants.example.com" {
    path "/" { app = app.shop }
  }
}
