# ---- .gitignore
# Values of sensitive variables.
secrets.auto.vars.hcl

# ---- prod-postgres.hcl
app "prod-postgres" {
  kind     = "StatefulSet"
  image    = "docker.io/bitnami/postgresql:16.3.0"
  replicas = 1
  labels = {
    "app.kubernetes.io/instance"  = "prod"
    "app.kubernetes.io/name"      = "postgres"
    "helm.sh/chart"               = "postgres-15.0.0"
    "app.kubernetes.io/component" = "primary"
  }
  selector = {
    "app.kubernetes.io/instance"  = "prod"
    "app.kubernetes.io/name"      = "postgres"
    "app.kubernetes.io/component" = "primary"
  }
  pod_labels = {
    "app.kubernetes.io/instance"   = "prod"
    "app.kubernetes.io/managed-by" = "Helm"
    "app.kubernetes.io/name"       = "postgres"
    "helm.sh/chart"                = "postgres-15.0.0"
    "app.kubernetes.io/component"  = "primary"
  }
  annotations    = { "checksum/config" = "2f1b0c9d8e7a6f5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b" }
  container_name = "postgresql"
  env = {
    BITNAMI_DEBUG          = "false"
    POSTGRESQL_PORT_NUMBER = "5432"
    POSTGRES_PASSWORD      = secret.prod-postgres.key.postgres-password
  }
  port "tcp-postgresql" { number = 5432 }

  service {}

  service {
    name              = "prod-postgres-hl"
    headless          = true
    publish_not_ready = true
    annotations       = { "service.alpha.kubernetes.io/tolerate-unready-endpoints" = "true" }
  }

  volume "dshm" {
    empty_dir { medium = "Memory" }
  }

  volume "scripts" {
    config = config.prod-postgres-scripts
    mode   = "0755"
  }

  mount "/dev/shm" { volume = "dshm" }

  mount "/bitnami/postgresql" {
    claim {
      name = "data"
      size = "8Gi"
    }
  }

  mount "/docker-entrypoint-initdb.d/" { volume = "scripts" }

  readiness {
    exec = [
      "/bin/sh",
      "-c",
      "-e",
      <<-EOT
        exec pg_isready -U "postgres" -h 127.0.0.1 -p 5432
        [ -f /opt/.initialized ]
      EOT
      ,
    ]
    initial_delay = "5s"
  }

  security {
    fs_group = 1001

    container {
      user     = 1001
      non_root = true
    }
  }

  service_account {
    existing = "default"
    token    = false
  }

  override "StatefulSet" {
    spec = { template = { metadata = { name = "prod-postgres" } } }
  }
}

config "prod-postgres-scripts" {
  labels = {
    "app.kubernetes.io/instance" = "prod"
    "app.kubernetes.io/name"     = "postgres"
    "helm.sh/chart"              = "postgres-15.0.0"
  }
  data = {
    "init.sh" = chomp(<<-EOT
      #!/bin/bash
      set -euo pipefail
      for f in "$${INIT_DIR:-/init}"/*.sql; do
        psql -v ON_ERROR_STOP=1 -f "$f"
      done
    EOT
    )
  }
}

# A chart's database: scripts as files, a Secret, two Services, one StatefulSet, a checksum annotation.
secret "prod-postgres" {
  labels = {
    "app.kubernetes.io/instance" = "prod"
    "app.kubernetes.io/name"     = "postgres"
    "helm.sh/chart"              = "postgres-15.0.0"
  }
  data = {
    postgres-password    = var.prod_postgres_password
    replication-password = var.prod_postgres_replication_password
  }
}

# ---- secrets.auto.vars.hcl
# Values of sensitive variables. Whoever can read this file knows them:
# .gitignore keeps it out of the repository.

prod_postgres_password = "postgres"

prod_postgres_replication_password = "replica"

# ---- variables.hcl
variable "prod_postgres_password" {
  description = "Key \"postgres-password\" of secret.prod-postgres, for app.prod-postgres."
  type        = string
  sensitive   = true
}

variable "prod_postgres_replication_password" {
  description = "Key \"replication-password\" of secret.prod-postgres, for app.prod-postgres."
  type        = string
  sensitive   = true
}

# renamed: Secret prod-postgres to prod-postgres-*
# renamed: ConfigMap prod-postgres-scripts to prod-postgres-scripts-*
# relabelled: [StatefulSet prod-postgres Service prod-postgres Service prod-postgres-hl Secret prod-postgres ConfigMap prod-postgres-scripts] app.kubernetes.io/managed-by: "Helm" to "stowage"
# relabelled: [Service prod-postgres Service prod-postgres-hl] app.kubernetes.io/component: "" to "primary"
