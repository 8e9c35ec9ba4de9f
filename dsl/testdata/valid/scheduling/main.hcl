release "shop" { namespace = "shop" }

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
