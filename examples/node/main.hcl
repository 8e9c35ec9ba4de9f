# What pods share with the node they run on.

release "node" { namespace = "example-node" }

# An agent on each node that sees its network, its processes and its memory.
app "agent" {
  kind  = "DaemonSet"
  image = "example.com/agent:1.0"
  port "metrics" { number = 9100 }
  host {
    network = true
    pid     = true
    ipc     = true
  }
  dns { policy = "ClusterFirstWithHostNet" }
}

# One port of the node that a pod runs on leads to the pod.
app "resolver" {
  image = "example.com/resolver:1.0"
  port "dns" {
    number    = 5353
    protocol  = "UDP"
    host_port = 53
  }
  host_aliases = { "192.0.2.10" = ["db.example.com", "db"], "192.0.2.11" = ["files.example.com"] }
  dns {
    policy      = "None"
    nameservers = ["192.0.2.53"]
    searches    = ["shop.example.com"]
    options     = { ndots = 2, edns0 = "" }
  }
  # The port of the node is free again before the next pod needs it.
  rollout { strategy = "recreate" }
}
