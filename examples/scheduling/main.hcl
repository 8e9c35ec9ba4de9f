# On which nodes pods run, and which of them come first.

release "scheduling" { namespace = "example-scheduling" }

resource "PriorityClass" "customers" {
  name        = "example-customers"
  value       = 100000
  description = "What customers wait for."
}

# A cache on nodes of one kind that are kept for it.
app "cache" {
  image         = "redis:7.4"
  replicas      = 2
  node_selector = { "kubernetes.io/os" = "linux", "kubernetes.io/arch" = "amd64" }
  toleration {
    key    = "dedicated"
    value  = "cache"
    effect = "NoSchedule"
  }
  toleration { # leaves a lost node sooner than others
    key    = "node.kubernetes.io/unreachable"
    effect = "NoExecute"
    for    = "30s"
  }
}

# As many pods in each zone, no two on one node if that can be, near the cache, and not
# on nodes that may go at any time.
app "web" {
  image          = "example.com/web:5.2"
  replicas       = 3
  priority_class = resource.PriorityClass.customers.name
  spread {
    across   = "zone"
    required = true
  }
  spread { across = "node" }
  affinity {
    app    = app.cache
    within = "zone"
    weight = 50
  }
  anti_affinity {}
  node_affinity {
    label    = "example.com/spot"
    operator = "DoesNotExist"
    required = true
  }
  node_affinity {
    label  = "topology.kubernetes.io/zone"
    values = ["local-a", "local-b"]
    weight = 10
  }
}

# A database: each of its pods in a zone of its own.
app "database" {
  kind     = "StatefulSet"
  image    = "postgres:17"
  replicas = 3
  anti_affinity {
    within   = "zone"
    required = true
  }
}

# An agent on every node, whatever its taints.
app "agent" {
  kind  = "DaemonSet"
  image = "example.com/agent:1.0"
  toleration {}
}
