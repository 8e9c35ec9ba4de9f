release "r" {}

app "shop-green" { image = "nginx" }

app "shop" {
  image = "nginx"
  port "http" { number = 80 }
  rollout { # ERROR: Duplicate object: This would be a second Deployment "shop-green"; the first is at main.hcl:3. The argument name gives the objects of a block a name that is not its label. app.shop is blue-green, with a Deployment for each color.
    strategy = "blue-green"
    check "a-b" { image = "busybox" }
  }
}

app "shop-preview" {
  image = "nginx"
  port "http" { number = 80 } # ERROR: Duplicate object: This would be a second Service "shop-preview"; the first is at main.hcl:8. app.shop is blue-green, with a preview of the idle color.
}

app "shop-a" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "blue-green"
    check "b" { image = "busybox" } # ERROR: Duplicate object: This would be a second CronJob "shop-a-b"; the first is at main.hcl:10. app.shop keeps its check "a-b" as one. app.shop-a keeps its check "b" as one.
  }
}

app "web" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [10]
    traffic  = "ingress-nginx"
  }
}

app "web-canary" { # ERROR: Duplicate object: This would be a second set of pods that are labelled "web-canary"; the first is at main.hcl:31. app.web has a canary.
  kind  = "StatefulSet"
  image = "nginx"
}

ingress "web" {
  host "*" {
    path "/" { app = app.web }
  }
}
