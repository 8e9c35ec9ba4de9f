# ---- worker.hcl
# An init container that keeps running beside the app (restartPolicy: Always), between two ordinary ones.
app "worker" {
  image    = "worker:5"
  selector = { app = "worker" }

  volume "logs" {
    empty_dir {
      medium = "Memory"
      size   = "64Mi"
    }
  }

  mount "/var/log/worker" { volume = "logs" }

  init_container "wait" {
    image   = "busybox:1.36"
    command = ["sh", "-c", "until nc -z queue 5672; do sleep 1; done"]
  }

  sidecar "logs" {
    image = "fluent/fluent-bit:3.1"
    mount "/logs" { volume = "logs" }

    startup { tcp = 2020 }
  }

  init_container "migrate" {
    image = "worker:5"
    args  = ["migrate"]
  }
}
