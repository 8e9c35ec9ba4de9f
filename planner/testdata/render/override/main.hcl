release "shop" {}

config "tools" {
  data = { LEVEL = "debug" }
}

app "web" {
  image    = "nginx:1.27"
  replicas = 2
  port "http" { number = 8080 }
  readiness { http = { path = "/", port = "http" } }
  mount "/cache" {
    claim {
      name = "cache"
      size = "1Gi"
    }
  }

  override "Deployment" {
    metadata = { annotations = { "example.com/team" = "shop" } }
    spec = {
      minReadySeconds = 5
      template = {
        metadata = { annotations = { "example.com/scrape" = "true" } }
        spec = {
          terminationGracePeriodSeconds = 90
          shareProcessNamespace         = true
          dnsConfig                     = { options = [{ name = "ndots", value = "2" }] }
          containers = [
            {
              # Merged onto the app's own container, by its name.
              name           = "web"
              readinessProbe = { httpGet = null, tcpSocket = { port = "http" } }
              lifecycle      = { preStop = { sleep = { seconds = 5 } } }
            },
            {
              name    = "tools"
              image   = "busybox:1.37"
              command = ["sleep", "infinity"]
              envFrom = [{ configMapRef = { name = config.tools.name } }]
            },
          ]
        }
      }
    }
  }

  override "Service" {
    spec = { publishNotReadyAddresses = true }
  }

  override "PersistentVolumeClaim" {
    name = "cache"
    spec = { volumeMode = "Filesystem" }
  }
}

app "side-by-side" {
  image = "nginx:1.27"
  port "http" { number = 8080 }
  rollout { strategy = "blue-green" }
  override "Deployment" {
    spec = { template = { spec = { hostname = "inside", enableServiceLinks = 1 < 0 } } }
  }
}

ingress "shop" {
  host "shop.example.com" {
    path "/" { app = app.web }
  }
  override "Ingress" {
    metadata = { annotations = { "example.com/team" = "shop" } }
    spec     = { rules = [for host in ["a", "b"] : { host = "${host}.example.com" }] }
  }
}
