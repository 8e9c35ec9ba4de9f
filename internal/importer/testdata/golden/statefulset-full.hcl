# ---- kafka.hcl
app "kafka" {
  kind           = "StatefulSet"
  image          = "apache/kafka:3.7.0"
  replicas       = 3
  selector       = { app = "kafka" }
  pod_management = "Parallel"

  port "broker" {
    number = 9092
    target = 9092
  }

  # Every field of a StatefulSet itself, and two claim templates with labels and classes.
  service { headless = true }

  mount "/var/lib/kafka" {
    claim {
      name          = "data"
      size          = "100Gi"
      storage_class = "fast"
    }
  }

  mount "/var/log/kafka" {
    claim {
      name = "logs"
      size = "5Gi"
    }
  }

  rollout {
    partition = 1
    min_ready = "10s"
  }

  claim_retention { when_deleted = "Delete" }

  override "StatefulSet" {
    spec = {
      revisionHistoryLimit = 5
      ordinals             = { start = 1 }
      volumeClaimTemplates = [
        {
          metadata = {
            annotations = { "example.com/backup" = "daily" }
            labels      = { app = "kafka", kind = "data" }
            name        = "data"
          }
          spec = {
            accessModes      = ["ReadWriteOnce"]
            resources        = { requests = { storage = "100Gi" } }
            storageClassName = "fast"
          }
        },
        {
          metadata = { name = "logs" }
          spec     = { accessModes = ["ReadWriteOnce"], resources = { requests = { storage = "5Gi" } } }
        },
      ]
    }
  }
}
