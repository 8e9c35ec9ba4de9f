# Who uses a ConfigMap or a Secret decides whether its name may change.
app "web" {
  image    = "example.com/web:1.0"
  labels   = { app = "web" }
  selector = { app = "web" }
  args     = ["--config-map=shop/in-args", "--verbose"]
  env      = { CONFIG_MAP = "in-env", SELF = "http://web/" }
  env_from { config = config.pods-alone }
  env_from { config = config.annotated }
  env_from { config = config.in-args }
  env_from { config = config.in-env }
  env_from { config = config.of-a-pod }
  env_from { config = config.in-config }
  env_from { config = config.web }
  env_from { secret = secret.certificate }
  env_from { secret = secret.listed }
  env_from { secret = secret.of-account }

  override "Deployment" {
    metadata = { annotations = { "example.com/config" = "annotated" } }
    spec = {
      template = {
        spec = {
          volumes = [{ name = "csi", csi = { driver = "example.com", nodePublishSecretRef = { name = "listed" } } }]
        }
      }
    }
  }
}

config "annotated" {
  versioned = false
  data      = { a = "1" }
}

config "in-args" {
  versioned = false
  data      = { a = "1" }
}

config "in-env" {
  versioned = false
  data      = { a = "1" }
}

config "in-config" {
  versioned = false
  data      = { a = "1" }
}

# Named like other objects, whose name the texts mean.
config "web" {
  data = { a = "1" }
}

secret "certificate" {
  versioned = false
  data      = { a = var.certificate_a }
}

secret "listed" {
  versioned = false
  data      = { a = var.listed_a }
}
