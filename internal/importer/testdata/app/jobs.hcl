# ---- backup-job.hcl
app "backup-job" {
  name  = "backup"
  kind  = "Job"
  image = "postgres:16"
  args  = ["check"]
}

# ---- backup.hcl
app "backup" {
  kind           = "CronJob"
  image          = "postgres:16"
  labels         = { app = "backup" }
  pod_labels     = { app = "backup" }
  container_name = "dump"
  command        = ["pg_dump"]
  env            = { PGPASSWORD = { secret = "pg", key = "password" } }

  cron {
    schedule       = "30 2 * * *" # at night
    time_zone      = "Europe/Zurich"
    keep_succeeded = 1
  }

  job {
    backoff_limit = 0
    restart       = "OnFailure"
  }

  volume "out" {
    claim {
      name = "backup"
      size = "5Gi"
    }
  }

  mount "/backup" { volume = "out" }
}

# renamed: Job backup to backup-*
# relabelled: [PersistentVolumeClaim backup] app: "" to "backup"
