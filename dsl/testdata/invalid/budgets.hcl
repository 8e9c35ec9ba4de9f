release "r" {}

app "nothing" {
  image = "nginx"
  disruption_budget {} # ERROR: Missing required argument: A disruption budget needs min_available or max_unavailable.
}

app "both" {
  image = "nginx"
  disruption_budget { # ERROR: Conflicting arguments: min_available and max_unavailable say the same in two ways. Leave out one of them.
    min_available   = 1
    max_unavailable = 1
  }
}

app "words" {
  image = "nginx"
  disruption_budget {
    min_available  = "half" # ERROR: Invalid value: "min_available" must be a whole number, or a percentage from "0%" to "100%".
    unhealthy_pods = "Always" # ERROR: Invalid value: "unhealthy_pods" must be "IfHealthyBudget" or "AlwaysAllow", not "Always".
  }
}

app "one" {
  image = "nginx"
  disruption_budget { min_available = 1 } # WARNING: No pod may be away: min_available is 1, and app.one has 1 pod unless somebody scales it. No node with a pod of it can be drained. Leave room for one, or take the budget out.
}

app "single" {
  image    = "nginx"
  replicas = 1
  disruption_budget { min_available = "50%" } # WARNING: No pod may be away: min_available is 50%, and app.single has 1 pod. No node with a pod of it can be drained. Leave room for one, or take the budget out.
}

app "all" {
  image    = "nginx"
  replicas = 3
  disruption_budget { min_available = 3 } # WARNING: No pod may be away: min_available is 3, and app.all has 3 pods. No node with a pod of it can be drained. Leave room for one, or take the budget out.
}

app "none-away" {
  image    = "nginx"
  replicas = 3
  disruption_budget { max_unavailable = 0 } # WARNING: No pod may be away: max_unavailable is 0. No node with a pod of it can be drained. Leave room for one, or take the budget out.
}

app "percent" {
  image    = "nginx"
  replicas = 3
  disruption_budget { min_available = "100%" } # WARNING: No pod may be away: min_available is 100%. No node with a pod of it can be drained. Leave room for one, or take the budget out.
}

app "scaled" {
  image = "nginx"
  resources { requests = { cpu = "100m" } }
  autoscale {
    min = 2
    max = 10
    cpu = 80
  }
  disruption_budget { min_available = 2 } # WARNING: No pod may be away: min_available is 2, and app.scaled has as few as 2 pods. No node with a pod of it can be drained. Leave room for one, or take the budget out.
}

app "colors" {
  image    = "nginx"
  replicas = 3
  port "http" { number = 80 }
  rollout { strategy = "blue-green" }
  disruption_budget { min_available = 2 } # WARNING: Both colors count: min_available counts the pods of both colors, so that those of the idle one make room for those with the traffic to be away. max_unavailable, or a percentage, does not depend on it.
}

app "job" {
  image = "nginx"
  kind  = "Job"
  disruption_budget { max_unavailable = 1 } # ERROR: Conflicting arguments: disruption_budget is of use with the kind "Deployment" or "StatefulSet"; app.job is a "Job", which runs to its end and serves nobody.
}

app "room" {
  image    = "nginx"
  replicas = 3
  disruption_budget { min_available = 2 }
}
