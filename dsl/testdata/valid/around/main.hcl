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
app "cache" { image = "redis" }

app "web" {
  image          = "nginx"
  replicas       = 4
  node_selector  = { "kubernetes.io/arch" = "amd64", disk = "ssd" }
  priority_class = "business-critical"
  toleration {
    key    = "dedicated"
    value  = "web"
    effect = "NoSchedule"
  }
  toleration {
    key    = "node.kubernetes.io/unreachable"
    effect = "NoExecute"
    for    = "30s"
  }
  toleration {}
  spread { across = "zone" }
  spread {
    across      = "node"
    max_skew    = 2
    min_domains = 3
    required    = true
  }
  node_affinity {
    label    = "topology.kubernetes.io/zone"
    values   = ["a", "b"]
    required = true
  }
  node_affinity {
    label    = "example.com/cores"
    operator = "Gt"
    values   = [8]
    required = true
  }
  node_affinity { label = "example.com/fast" }
  affinity {
    app    = app.cache
    within = "zone"
    weight = 20
  }
  anti_affinity {}
  anti_affinity {
    labels   = { tier = "batch" }
    within   = "example.com/rack"
    required = true
  }
  disruption_budget { max_unavailable = 1 }
}

app "database" {
  kind     = "StatefulSet"
  image    = "postgres:17"
  replicas = 3
  spread { across = "node" }
  anti_affinity {
    app      = "cache"
    required = true
  }
  disruption_budget {
    min_available  = "50%"
    unhealthy_pods = "AlwaysAllow"
  }
}
