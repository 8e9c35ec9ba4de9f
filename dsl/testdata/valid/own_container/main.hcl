# What the app's own container has for itself, and what may be missing.
release "own" {}

app "web" {
  image = "example.com/web:1.0"
  env_from {
    secret   = "overrides"
    optional = true
  }
  security {
    fs_group       = 2000
    read_only_root = true
    container {
      user     = 1000
      non_root = true
      seccomp  = "RuntimeDefault"
    }
  }
  spread {
    across   = "zone"
    versions = "together"
  }
}

# A Service that looks for other labels than the workload, as it did before.
app "leader" {
  image      = "redis:7"
  selector   = { app = "redis", role = "leader" }
  pod_labels = { app = "redis", role = "leader", tier = "backend" }
  port "6379" {}
  service { selector = { tier = "backend" } }
}
