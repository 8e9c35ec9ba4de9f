# ---- .gitignore
# Values of sensitive variables.
secrets.auto.vars.hcl

# ---- cleanup.hcl
app "cleanup" {
  kind    = "CronJob"
  image   = "curlimages/curl:8.8.0"
  command = ["curl", "-X", "POST", "http://${app.orders.host}/cleanup"]

  cron {
    schedule    = "0 4 * * *"
    concurrency = "Forbid"
  }

  job { restart = "OnFailure" }
}

# ---- migrate.hcl
app "migrate" {
  kind  = "Job"
  image = "registry.example.com/orders:2.3.1"
  args  = ["migrate"]

  job {
    backoff_limit = 2
    ttl           = "1h"
  }

  env_from { config = config.orders-env }
}

# ---- orders.hcl
app "orders" {
  image    = "registry.example.com/orders:2.3.1"
  labels   = { app = "orders" }
  selector = { app = "orders" }
  args     = ["--db", "${app.postgres.host}:5432", "--name=orders"]
  env = {
    DB_HOST     = app.postgres.host
    DB_PORT     = "5432"
    DB_USER     = secret.db.key.username
    DB_PASSWORD = secret.db.key.password
    DB_URL      = "postgres://$(DB_USER):$(DB_PASSWORD)@$(DB_HOST)/orders"
    FEATURES    = { config = "features", key = "orders", optional = true }
  }
  termination_grace_period = "1m"
  env_from { config = config.orders-env }

  port "http" {
    number       = 8080
    service_port = 80
  }

  port "metrics" { number = 9090 }

  service { ports = ["http"] }

  service {
    name     = "orders-metrics"
    ports    = ["metrics"]
    headless = true
    labels   = { monitoring = "on" }
  }

  volume "config" {
    config = config.orders
    items  = { "application.yaml" = "application.yaml" }
  }

  volume "uploads" {
    claim {
      size          = "20Gi"
      access_modes  = ["ReadWriteMany"]
      storage_class = "nfs"
    }
  }

  mount "/etc/orders" {
    volume    = "config"
    read_only = true
  }

  mount "/var/uploads" { volume = "uploads" }

  readiness { http = { path = "/ready", port = 8080 } }

  liveness {
    http          = { path = "/live", port = "http" }
    initial_delay = "90s"
  }

  pre_stop { exec = ["sleep", "5"] }

  init_container "wait-for-db" {
    image   = "busybox:1.36"
    command = ["sh", "-c", "until nc -z postgres 5432; do sleep 1; done"]
  }

  autoscale {
    name = "orders-hpa"
    min  = 2
    max  = 6
    cpu  = 75
  }

  disruption_budget {
    name            = "orders-pdb"
    max_unavailable = 1
  }

  # Several apps that know each other, as a team writes them by hand.
  service_account {
    token              = true
    image_pull_secrets = [secret.registry]

    rule {
      resources = ["configmaps"]
      verbs     = ["get", "list", "watch"]
    }
  }

  rollout {
    max_surge       = 1
    max_unavailable = 0
  }
}

config "orders" {
  data = {
    "application.yaml" = <<-EOT
      database: jdbc:postgresql://${app.postgres.host}:5432/orders
      queue: amqp://rabbit
    EOT
    LOG_LEVEL          = "info"
  }
}

secret "registry" {
  type = "kubernetes.io/dockerconfigjson"
  data = { ".dockerconfigjson" = var.registry_dockerconfigjson }
}

# ---- payments.hcl
app "payments" {
  image    = "registry.example.com/payments:1.9"
  labels   = { app = "payments" }
  selector = { app = "payments" }
  env      = { ORDERS = "http://${app.orders.host}/callback" }
  port "8080" {}
}

# ---- postgres.hcl
app "postgres" {
  kind     = "StatefulSet"
  image    = "postgres:16"
  replicas = 1
  selector = { app = "postgres" }
  env      = { POSTGRES_PASSWORD = secret.db.key.password, PGDATA = "/var/lib/postgresql/data/pgdata" }
  port "5432" {}

  service { headless = true }

  mount "/var/lib/postgresql/data" {
    claim {
      name = "data"
      size = "10Gi"
    }
  }

  readiness { exec = ["pg_isready", "-U", "postgres"] }
}

# ---- redis.hcl
app "redis" {
  image    = "redis:7"
  selector = { app = "redis" }
  port "6379" {}
}

# ---- secrets.auto.vars.hcl
# Values of sensitive variables. Whoever can read this file knows them:
# .gitignore keeps it out of the repository.

registry_dockerconfigjson = "{\"auths\":{\"registry.example.com\":{\"username\":\"a\",\"password\":\"b\"}}}"

db_username = "shop"

db_password = "s3cret"

# ---- shared.hcl
config "orders-env" {
  data = {
    CACHE_HOST   = app.redis.host
    PAYMENTS_URL = "http://payments.default.svc.cluster.local:8080/v1"
    ORDERS_URL   = "http://orders"
  }
}

secret "db" {
  versioned = false
  data      = { username = var.db_username, password = var.db_password }
}

# ---- variables.hcl
variable "registry_dockerconfigjson" {
  description = "Key \".dockerconfigjson\" of secret.registry, for app.orders."
  type        = string
  sensitive   = true
}

variable "db_username" {
  description = "Key \"username\" of secret.db, for app.orders and app.postgres."
  type        = string
  sensitive   = true
}

variable "db_password" {
  description = "Key \"password\" of secret.db, for app.orders and app.postgres."
  type        = string
  sensitive   = true
}

# renamed: Job migrate to migrate-*
# renamed: Secret registry to registry-*
# renamed: ConfigMap orders to orders-*
# renamed: ConfigMap orders-env to orders-env-*
# relabelled: [HorizontalPodAutoscaler orders-hpa PodDisruptionBudget orders-pdb ServiceAccount orders Role orders RoleBinding orders PersistentVolumeClaim orders-uploads] app: "" to "orders"
# relabelled: [Service payments] app: "" to "payments"
# note: HorizontalPodAutoscaler orders-hpa: is written in autoscaling/v2, which says the same
# note: Deployment orders: no longer has replicas = 2: HorizontalPodAutoscaler orders-hpa chooses the number of pods
