release "shop" { namespace = "shop" }

config "conf" {
  data = { A = "1" }
}

# The headless Service governs the pods and comes before them.
app "cluster" {
  kind     = "StatefulSet"
  image    = "cassandra"
  replicas = 3
  port "cql" { number = 9042 }
  service { headless = true }
  mount "/data" {
    claim {
      size          = "1.5Gi"
      storage_class = "fast"
    }
  }
  # A template may take the name that a volume would have had.
  mount "/etc/conf" { config = config.conf }
  mount "/config" {
    claim {
      name = "config-conf"
      size = "1Gi"
    }
  }
  rollout { min_ready = "5s" }
}

# Headless, but of a Deployment: it comes after, like any Service.
app "peers" {
  image = "peers"
  port "gossip" { number = 7000 }
  service { headless = true }
}
