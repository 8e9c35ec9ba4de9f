release "rollouts" {}

secret "smoke" {
  data = { token = sensitive("t0ken") }
}

config "paths" {
  data = { health = "/health" }
}

app "db" {
  kind  = "StatefulSet"
  image = "mysql:5.7"
  port "tcp" { number = 3306 }
}

app "plain" {
  image = "nginx"
  port "http" { number = 80 }
  rollout { strategy = "blue-green" }
}

app "full" {
  image    = "nginx"
  replicas = 3
  port "http" {
    number    = 80
    node_port = 31080
  }
  mount "/shared" {
    claim {
      size         = "1Gi"
      access_modes = ["ReadWriteMany"]
    }
  }
  mount "/existing" {
    claim { existing = "existing" }
  }
  rollout {
    strategy        = "blue-green"
    auto_switch     = true
    preview         = true
    keep_previous   = 1
    max_surge       = 0
    max_unavailable = 1
    min_ready       = "5s"

    check "smoke" {
      image   = "busybox:1.37"
      command = ["wget"]
      args    = ["-qO-", "http://$(STOWAGE_HOST):$(STOWAGE_PORT)/health"]
      env = {
        TOKEN = secret.smoke.key.token
        PATH  = config.paths.key.health
        DB    = app.db.host
        ALSO  = "$(DB):3306"
        KEY   = { secret = "elsewhere", key = "key", optional = true }
      }
      timeout = "30s"
      retries = 2
    }
    check "again" { image = app.full.image }
  }
}

app "autoscaled" {
  image = "nginx"
  port "http" { number = 80 }
  autoscale {
    max = 5
    cpu = 80
  }
  resources { requests = { cpu = 1 } }
  rollout {
    strategy      = "blue-green"
    preview       = false
    keep_previous = 0
  }
}

app "worker" {
  image = "busybox"
  rollout {
    strategy = "blue-green"
    worker   = true
  }
}

app "keep-all" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy      = "blue-green"
    keep_previous = "all"
  }
}

app "nothing-said" {
  image = "nginx"
  rollout {
    auto_switch   = null
    keep_previous = null
    steps         = null
    traffic       = null
  }
}

app "canary" {
  image    = "nginx"
  replicas = 10
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [10, 50]
  }
}

app "weighted" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [5, "50"]
    traffic  = "ingress-nginx"
  }
}

ingress "weighted" {
  host "*" {
    path "/" { app = app.weighted }
  }
}
