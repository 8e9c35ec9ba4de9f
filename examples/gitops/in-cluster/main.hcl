# A CronJob that keeps a release as its configuration says, from within the cluster: it
# applies the directory site every ten minutes. Whatever somebody else has changed goes
# back, and what was changed there arrives.

release "site-keeper" { namespace = "site" } # the namespace of what it keeps

variable "image" {
  description = "Image of stowage, as make image builds it."
  default     = "example.com/stowage:1.0.0"
}

variable "editor_password" {
  description = "Value for the variable of that name in site."
  type        = string
  sensitive   = true
}

config "site" { data = dirfiles("site") } # a change makes a new version of it

app "keeper" {
  kind  = "CronJob"
  image = var.image
  args  = ["apply", "/config", "--auto-approve", "--lock-timeout", "5m"]

  # Moved into a Secret, which the pods read it from.
  env = { STOWAGE_VAR_editor_password = var.editor_password }

  mount "/config" {
    config = config.site
  }

  cron {
    schedule          = "*/10 * * * *"
    concurrency       = "Forbid"
    starting_deadline = "5m"
  }

  job {
    backoff_limit = 0 # the next one tries again
    deadline      = "30m"
  }

  # What stowage rbac site --for apply prints, and nothing else.
  service_account {
    rule {
      resources = ["configmaps"]
      verbs     = ["get", "list", "watch", "create", "patch", "delete"]
    }
    rule {
      resources = ["events"]
      verbs     = ["list"]
    }
    rule {
      resources      = ["namespaces"]
      resource_names = ["site"]
      verbs          = ["get"]
    }
    rule {
      resources = ["pods"]
      verbs     = ["list", "watch"]
    }
    rule {
      resources = ["pods/log"]
      verbs     = ["get"]
    }
    rule {
      resources = ["secrets"]
      verbs     = ["get", "list", "watch", "create", "update", "patch", "delete"]
    }
    rule {
      resources = ["services"]
      verbs     = ["get", "list", "watch"]
    }
    rule {
      resources      = ["services"]
      resource_names = ["site"]
      verbs          = ["create", "patch", "delete"]
    }
    rule {
      api_groups = ["apps"]
      resources  = ["deployments"]
      verbs      = ["get", "list", "watch"]
    }
    rule {
      api_groups     = ["apps"]
      resources      = ["deployments"]
      resource_names = ["site"]
      verbs          = ["create", "patch", "delete"]
    }
    rule {
      api_groups = ["apps"]
      resources  = ["replicasets"]
      verbs      = ["list", "watch"]
    }
    rule {
      api_groups = ["coordination.k8s.io"]
      resources  = ["leases"]
      verbs      = ["create"]
    }
    rule {
      api_groups     = ["coordination.k8s.io"]
      resources      = ["leases"]
      resource_names = ["stowage.site"]
      verbs          = ["get", "patch", "delete"]
    }
  }

  security {
    user                 = 65532
    non_root             = true
    seccomp              = "RuntimeDefault"
    read_only_root       = true
    privilege_escalation = false
    capabilities         = { drop = ["ALL"] }
  }
}
