release "r" {}

app "weighed" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [10]
    traffic  = "ingress-nginx" # ERROR: Missing ingress: traffic = "ingress-nginx" weighs requests in an ingress block without gateway, and none has a path that leads to app.weighed. Add one, or leave out traffic.
  }
}

app "gated" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [10]
    traffic  = "gateway-api" # ERROR: Missing ingress: traffic = "gateway-api" weighs requests in an ingress block with gateway, and none has a path that leads to app.gated. Add one, or leave out traffic.
  }
}

ingress "gated" {
  host "*" {
    path "/" { app = app.gated }
  }
  default { app = app.weighed }
}
