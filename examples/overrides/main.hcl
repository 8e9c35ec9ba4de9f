# What the language has no words for, in those of Kubernetes, and fields that are left to others.

release "overrides" {
  namespace     = "overrides"
  history_limit = 4
}

config "proxy" {
  data      = { MODE = "mirror" }
  versioned = false
}

app "shop" {
  image    = "example/shop:1.0"
  replicas = 2
  port "http" { number = 8080 }

  override "Deployment" {
    metadata = { annotations = { "example.com/team" = "shop" } }
    spec = {
      template = {
        spec = {
          setHostnameAsFQDN = true
          containers = [
            {
              name      = "shop" # the app's own container
              stdin     = true
              lifecycle = { preStop = { sleep = { seconds = 5 } } }
            },
            {
              name    = "proxy"
              image   = "example/proxy:2.1"
              envFrom = [{ configMapRef = { name = config.proxy.name } }]
            },
          ]
        }
      }
    }
  }

  override "Service" {
    spec = { publishNotReadyAddresses = true }
  }
}

# The image is set once and then changed by somebody else, who builds it.
app "worker" {
  image = "example/worker:1.0"
  lifecycle { ignore_changes = ["spec.template.spec.containers[worker].image"] }
}
