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
