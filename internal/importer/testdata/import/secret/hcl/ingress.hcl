ingress "web" {
  host "web.example.com" {
    path "/" {
      service = "outside"
      port    = 80
    }
  }

  tls { secret = resource.Secret.web-tls.name }
}
