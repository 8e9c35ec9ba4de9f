# How many pods there are, and how many may be away while nodes are drained.

release "availability" { namespace = "example-availability" }

# Up to 12 pods, by their load; one of them may be away.
app "web" {
  image = "example.com/web:5.2"
  resources { requests = { cpu = "200m", memory = "256Mi" } }
  autoscale {
    min    = 1
    max    = 12
    cpu    = 70
    memory = 80
  }
  disruption_budget { max_unavailable = 1 }
}

# Five voters, three of which must stay. Broken ones are in nobody's way.
app "quorum" {
  kind     = "StatefulSet"
  image    = "example.com/quorum:1.0"
  replicas = 5
  disruption_budget {
    min_available  = 3
    unhealthy_pods = "AlwaysAllow"
  }
}

# Half of the workers, however many there are.
app "worker" {
  image    = "example.com/worker:1.0"
  replicas = 4
  disruption_budget { min_available = "50%" }
}
