release "jobs" {}

app "mailer" {
  version  = "7"
  image    = "mailer:7"
  replicas = 2
  rollout {
    strategy = "blue-green"
    worker   = true
  }
}
