release "kinds" {}

app "agent" {
  kind  = "DaemonSet"
  image = "fluent/fluent-bit:3.2"
  mount "/var/log" {
    read_only = true
    host_path { path = "/var/log" }
  }
  rollout {
    max_unavailable = "10%"
    min_ready       = "5s"
  }
}

app "proxy" {
  kind  = "DaemonSet"
  image = "envoyproxy/envoy:v1.34.1"
  port "http" { number = 8080 }
  rollout { max_surge = 1 }
}

app "migrate" {
  kind  = "Job"
  image = "migrate/migrate:v4"
  args  = ["up"]
  job {
    backoff_limit = 0
    deadline      = "10m"
    ttl           = "1h"
  }
}

app "render" {
  kind  = "Job"
  image = "busybox:1.37"
  job {
    completions = 5
    parallelism = 2
    restart     = "OnFailure"
  }
  rollout { timeout = "20m" }
}

app "backup" {
  kind  = "CronJob"
  image = "postgres:17"
  args  = ["pg_dump"]
  cron {
    schedule          = "30 3 * * 1-5"
    time_zone         = "Europe/Zurich"
    concurrency       = "Forbid"
    starting_deadline = "10m"
    keep_succeeded    = 7
    keep_failed       = 0
  }
  job { deadline = "1h" }
}

app "paused" {
  kind  = "CronJob"
  image = "busybox:1.37"
  cron {
    schedule = "@hourly"
    suspend  = true
  }
}

app "db" {
  kind           = "StatefulSet"
  image          = "cassandra:5"
  replicas       = 3
  pod_management = "Parallel"
  claim_retention { when_scaled = "Delete" }
  mount "/var/lib/cassandra" {
    claim { size = "1Gi" }
  }
  rollout {
    partition = 2
    min_ready = "10s"
  }
}

app "web" {
  image = "nginx"
  rollout {
    paused            = true
    progress_deadline = "2m"
  }
}

app "single" {
  image = "nginx"
  rollout {
    strategy          = "recreate"
    min_ready         = "3s"
    progress_deadline = "1m"
    timeout           = "5m"
  }
}
