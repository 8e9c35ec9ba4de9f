# ---- mongo.hcl
app "mongo" {
  image    = "mongo:7"
  labels   = { app = "mongo" }
  selector = { app = "mongo", role = "db" }
  port "27017" {}

  service { selector = { role = "db" } }
}

# ---- tick.hcl
# What runs keeps its names, and its pods their labels, even if they have none.
app "tick" {
  kind       = "CronJob"
  image      = "busybox"
  pod_labels = {}
  cron { schedule = "* * * * *" }

  env_from { config = config.tick }
}

config "tick" {
  versioned = false
  data      = { A = "a" }
}

# relabelled: [Service mongo] app: "" to "mongo"
