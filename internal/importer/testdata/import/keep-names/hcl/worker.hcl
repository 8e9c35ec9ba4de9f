app "worker" {
  image    = "example.com/worker:1.0"
  labels   = { app = "worker" }
  selector = { app = "worker" }
  env_from { config = config.shared }
}
