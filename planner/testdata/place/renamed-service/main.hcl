release "shop" { namespace = "shop" }

# The Service has a name of its own, and its preview is named after that.
app "web" {
  image = "nginx:1.27"
  port "http" { number = 8080 }
  service { name = "front" }
  rollout {
    strategy = "blue-green"
    check "smoke" { image = "curlimages/curl:8.10.1" }
  }
}

# All pods, of the canary too, are behind every Service of an app whose canary has its share by their number.
app "api" {
  image    = "nginx:1.27"
  replicas = 4
  port "8080" {}
  service {}
  service {
    name     = "api-pods"
    headless = true
  }
  rollout {
    strategy = "canary"
    steps    = [25]
  }
}

app "asks" {
  image = "nginx:1.27"
  env   = { UPSTREAM = app.web.host, PODS = app.api.service["api-pods"].host }
}
