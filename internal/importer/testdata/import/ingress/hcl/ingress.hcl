resource "IngressClass" "public" {
  spec = { controller = "k8s.io/ingress-nginx" }
}

# The shop, as the world sees it.
ingress "shop" {
  class = resource.IngressClass.public.name
  annotations = {
    # Uploads.
    "nginx.ingress.kubernetes.io/proxy-body-size" = "8m"
    "nginx.ingress.kubernetes.io/ssl-redirect"    = "true"
  }

  # the shop
  host "shop.example.com" {
    # All pages.
    path "/" { app = app.web }

    path "/api" {
      app  = app.api
      port = "http"
    }

    path "/admin" {
      app  = app.api
      port = "admin" # not the one of the API
      type = "Exact"
    }
  }

  host "blog.example.com" {
    path "/" {
      service = app.web.host
      port    = "http"
    }

    path "/old" {
      service = "elsewhere"
      port    = "http"
      type    = "ImplementationSpecific"
    }
  }

  host "*" {
    path "/" {
      service = "elsewhere"
      port    = 8080
    }
  }

  default { app = app.web }

  tls { secret = "shop-tls" }

  tls {
    hosts  = ["shop.example.com"]
    secret = secret.other-tls.name
  }
}

ingress "legacy" {
  annotations = { "kubernetes.io/ingress.class" = "nginx" }

  default {
    app  = app.api
    port = "admin"
  }
}

# A host that is there twice, and a bucket.
resource "Ingress" "odd" {
  spec = {
    rules = [
      {
        host = "a.example.com"
        http = {
          paths = [{
            path     = "/"
            pathType = "Prefix"
            backend  = { service = { name = "web", port = { number = 80 } } }
          }]
        }
      },
      {
        host = "a.example.com"
        http = {
          paths = [{
            path     = "/b"
            pathType = "Prefix"
            backend  = { resource = { apiGroup = "example.com", kind = "Bucket", name = "b" } }
          }]
        }
      },
    ]
  }
}

resource "HTTPRoute" "route" {
  api_version = "gateway.networking.k8s.io/v1"
  spec = {
    parentRefs = [{ name = "public", namespace = "infra" }]
    rules      = [{ backendRefs = [{ name = "web", port = 80 }] }]
  }
}
