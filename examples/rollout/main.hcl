# The ways in which the pods of a Deployment are replaced.

release "rollout" {
  namespace     = "rollout"
  history_limit = 4 # revisions to go back to
}

# Two more pods at a time, and never one fewer than asked for.
app "api" {
  image    = "example/api:1.0"
  replicas = 4
  port "http" { number = 8080 }
  readiness {
    http   = { path = "/ready" }
    period = "5s"
  }
  rollout {
    max_surge         = 2
    max_unavailable   = 0
    min_ready         = "1s"
    progress_deadline = "2m"
  }
}

# The same in percent.
app "front" {
  image    = "example/front:1.0"
  replicas = 4
  rollout {
    max_surge       = "50%"
    max_unavailable = "25%"
  }
}

# Two versions never run at once: all pods stop before the first new one starts.
app "importer" {
  image = "example/importer:1.0"
  rollout {
    strategy          = "recreate"
    min_ready         = "1s"
    progress_deadline = "5m"
    timeout           = "10m"
  }
}

# Keeps the pods that it has, whatever changes, until this is taken back.
app "held" {
  image = "example/held:1.0"
  rollout { paused = true }
}
