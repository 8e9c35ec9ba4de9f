# What runs to its end, by the clock, or on every node.

release "jobs" { namespace = "jobs" }

variable "image_tag" { default = "2.4.0" }

secret "database" {
  data = { password = "example" }
}

app "postgres" {
  kind  = "StatefulSet"
  image = "postgres:17"
  env   = { POSTGRES_PASSWORD = secret.database.key.password }
  port "tcp" { number = 5432 }
  mount "/var/lib/postgresql/data" {
    claim { size = "1Gi" }
  }
  readiness { exec = ["pg_isready"] }
}

# Runs once for each version, when the database is ready and before the app. The app
# stays as it is when it fails.
app "migrate" {
  kind    = "Job"
  image   = "example/shop:${var.image_tag}"
  command = ["shop", "migrate"]
  env = {
    DATABASE_HOST     = app.postgres.host
    DATABASE_PASSWORD = secret.database.key.password
  }
  job {
    backoff_limit = 2
    deadline      = "10m"
    ttl           = "24h"
  }
}

app "shop" {
  image      = "example/shop:${var.image_tag}"
  replicas   = 2
  depends_on = [app.migrate]
  env = {
    DATABASE_HOST     = app.postgres.host
    DATABASE_PASSWORD = secret.database.key.password
  }
  port "http" { number = 8080 }
  readiness {
    http = { path = "/health" }
  }
}

# Several pods share the work, two at a time.
app "thumbnails" {
  kind  = "Job"
  image = "example/thumbnails:1.1"
  args  = ["--all"]
  job {
    completions = 4
    parallelism = 2
    restart     = "OnFailure"
  }
}

app "backup" {
  kind    = "CronJob"
  image   = "postgres:17"
  command = ["pg_dump"]
  args    = ["--host", app.postgres.host, "shop"]
  env     = { PGPASSWORD = secret.database.key.password }
  cron {
    schedule          = "30 3 * * *"
    time_zone         = "Europe/Zurich"
    concurrency       = "Forbid"
    starting_deadline = "1h"
    keep_succeeded    = 7
    keep_failed       = 3
  }
  job {
    backoff_limit = 0
    deadline      = "30m"
  }
}

# Written, and not run for now.
app "report" {
  kind  = "CronJob"
  image = "example/report:1.0"
  cron {
    schedule = "@weekly"
    suspend  = true
  }
}

# One pod on each node.
app "agent" {
  kind  = "DaemonSet"
  image = "fluent/fluent-bit:3.2"
  mount "/var/log" {
    read_only = true
    host_path {
      path = "/var/log"
      type = "Directory"
    }
  }
  rollout {
    max_unavailable = "25%"
    min_ready       = "1s"
  }
}
