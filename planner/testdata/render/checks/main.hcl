release "shop" {}

secret "smoke" {
  data = { token = "t0ken" }
}

config "paths" {
  data = { health = "/health" }
}

app "db" {
  image = "mysql:5.7"
  port "tcp" { number = 3306 }
}

app "web" {
  image   = "example.com/web:1.0.0"
  version = "1.0.0"
  labels  = { team = "shop" }
  port "http" { number = 8080 }
  lifecycle { prevent_destroy = true }

  rollout {
    strategy = "blue-green"
    check "smoke" {
      image   = "busybox:1.37"
      command = ["wget"]
      args    = ["-qO-", "http://$(STOWAGE_HOST):$(STOWAGE_PORT)$(HEALTH)"]
      env = {
        TOKEN  = secret.smoke.key.token
        HEALTH = config.paths.key.health
        DB     = app.db.host
        EMPTY  = ""
      }
      timeout = "30s"
      retries = 2
    }
    check "again" { image = "busybox" }
  }
}
