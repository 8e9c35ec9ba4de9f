# The app, in two colors: a new version comes up beside the one that has the traffic,
# and gets it when the pipeline switches.

app "shop" {
  version  = var.image_tag
  image    = "example.com/shop:${var.image_tag}"
  replicas = var.replicas

  config = {
    DATABASE_URL = "postgres://shop@db.example.com/shop"
    LOG_LEVEL    = var.log_level
  }

  env = { DATABASE_PASSWORD = var.db_password } # becomes a Secret of the app's own

  port "http" { number = 8080 }

  readiness {
    http = { path = "/health", port = "http" }
  }

  rollout {
    strategy = "blue-green"

    # A switch asks the new version through its preview first, and afterwards the
    # Service itself. When that fails, the traffic stays, or goes back.
    check "smoke" {
      image   = "curlimages/curl:8.11.1"
      command = ["curl", "--fail", "--silent", "--show-error"]
      args    = ["http://$(STOWAGE_HOST):$(STOWAGE_PORT)/health"]
      timeout = "1m"
    }
  }
}
