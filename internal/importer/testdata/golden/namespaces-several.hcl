# ---- app.hcl
app "app" {
  image    = "app:1"
  selector = { app = "app" }
  config   = { env = "a" }
}

# ---- resources.hcl
resource "Deployment" "app" {
  namespace = "stage-b"
  spec = {
    selector = { matchLabels = { app = "app" } }
    template = {
      metadata = { labels = { app = "app" } }
      spec = {
        containers = [{ name = "app", image = "app:2", envFrom = [{ configMapRef = { name = "settings" } }] }]
      }
    }
  }
}

# ---- shared.hcl
config "settings-of-none" {
  versioned = false
  data      = { env = "none" }
}

resource "ConfigMap" "settings" {
  namespace = "stage-b"
  data      = { env = "b" }
}

resource "ConfigMap" "settings-default" {
  name      = "settings"
  namespace = "default"
  data      = { env = "default" }
}

# renamed: ConfigMap settings to app-config-*
