# ---- frontend.hcl
app "frontend" {
  image          = "gb-frontend:v5"
  replicas       = 3
  selector       = { app = "guestbook", tier = "frontend" }
  container_name = "php-redis"
  env            = { GET_HOSTS_FROM = "dns" }
  port "80" {}

  service {
    type   = "NodePort"
    labels = { app = "guestbook", tier = "frontend" }
  }
}

# ---- redis-follower.hcl
app "redis-follower" {
  image          = "redis-follower:v2"
  replicas       = 2
  labels         = { app = "redis", role = "follower", tier = "backend" }
  selector       = { app = "redis", role = "follower" }
  pod_labels     = { app = "redis", role = "follower", tier = "backend" }
  container_name = "follower"
  args           = ["--replicaof", "redis-leader", "6379"]
  port "6379" {}

  service {
    selector = { app = "redis", role = "follower", tier = "backend" }
  }
}

# ---- redis-leader.hcl
# A leader, followers and a front end, with labels of two parts.
app "redis-leader" {
  image          = "docker.io/redis:6.0.5"
  replicas       = 1
  labels         = { app = "redis", role = "leader", tier = "backend" }
  selector       = { app = "redis" }
  pod_labels     = { app = "redis", role = "leader", tier = "backend" }
  container_name = "leader"
  port "6379" {}

  service {
    selector = { app = "redis", role = "leader", tier = "backend" }
  }

  resources { requests = { cpu = "100m", memory = "100Mi" } }
}

# relabelled: [Service redis-follower] app: "" to "redis"
# relabelled: [Service redis-follower] role: "" to "follower"
# relabelled: [Service redis-follower] tier: "" to "backend"
