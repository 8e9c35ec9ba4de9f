# ---- ingress.hcl
# Several hosts, TLS, a default backend and the annotations of a controller.
ingress "public" {
  class = "nginx"
  annotations = {
    "cert-manager.io/cluster-issuer"                    = "letsencrypt"
    "nginx.ingress.kubernetes.io/proxy-body-size"       = "50m"
    "nginx.ingress.kubernetes.io/configuration-snippet" = <<-EOT
      more_set_headers "X-Frame-Options: DENY";
      if ($host ~ ^old\.) {
        return 301 https://new.example.com$request_uri;
      }
    EOT
  }

  host "shop.example.com" {
    path "/" {
      service = app.storefront.host
      port    = "http"
    }

    path "/cart" {
      service = "cart"
      port    = 8080
      type    = "Exact"
    }
  }

  host "*.api.example.com" {
    path "/v1(/|$)(.*)" {
      service = "api"
      port    = 80
      type    = "ImplementationSpecific"
    }
  }

  default {
    service = "fallback"
    port    = 80
  }

  tls {
    hosts  = ["shop.example.com", "www.shop.example.com"]
    secret = "shop-tls"
  }

  tls {
    hosts  = ["*.api.example.com"]
    secret = "api-tls"
  }
}

# ---- storefront.hcl
app "storefront" {
  image    = "storefront:1"
  selector = { app = "storefront" }

  port "http" {
    number       = 8080
    service_port = 80
  }
}
