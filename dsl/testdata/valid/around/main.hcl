release "shop" { namespace = "shop" }

secret "registry" {
  type = "kubernetes.io/dockerconfigjson"
  data = { ".dockerconfigjson" = jsonencode({ auths = {} }) }
}

# Rights in the namespace, and in the whole cluster.
app "operator" {
  image              = "example.com/operator:1.0"
  image_pull_secrets = [secret.registry, "elsewhere"]
  service_account {
    annotations        = { "example.com/role" = "operator" }
    image_pull_secrets = [secret.registry.name]
    rule {
      resources = ["configmaps", "pods/log"]
      verbs     = ["get", "list", "watch"]
    }
    rule {
      api_groups     = ["apps"]
      resources      = ["deployments"]
      resource_names = ["web"]
      verbs          = ["patch"]
    }
    cluster_rule {
      api_groups = ["*"]
      resources  = ["*"]
      verbs      = ["get"]
    }
    cluster_rule {
      paths = ["/healthz", "/metrics/*"]
      verbs = ["get"]
    }
  }
}

# No token for what does not talk to the API server.
app "quiet" {
  image = "nginx"
  service_account { token = false }
}

# Rights for an account that is there.
app "legacy" {
  image = "nginx"
  service_account {
    existing = "default"
    token    = true
    rule {
      resources = ["pods"]
      verbs     = ["*"]
    }
  }
}
