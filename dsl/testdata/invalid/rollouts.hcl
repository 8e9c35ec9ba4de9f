release "r" {}

app "a" {
  image = "nginx"
  rollout { strategy = "blue-green" } # ERROR: Invalid value: The strategy "blue-green" is not available; there are "rolling" and "recreate".
}

app "b" {
  image = "nginx"
  rollout { # ERROR: Conflicting arguments: max_surge and max_unavailable belong to the strategy "rolling".
    strategy  = "recreate"
    max_surge = 1
  }
}

app "c" {
  kind  = "StatefulSet"
  image = "nginx"
  rollout { strategy = "recreate" } # ERROR: Conflicting arguments: A StatefulSet replaces its pods one by one; it has no strategy "recreate".
}

app "d" {
  kind  = "StatefulSet"
  image = "nginx"
  rollout { max_surge = 1 } # ERROR: Conflicting arguments: A StatefulSet replaces its pods one by one; max_surge, max_unavailable and progress_deadline belong to a Deployment.
}

app "e" {
  image = "nginx"
  rollout { # ERROR: Conflicting arguments: max_surge and max_unavailable cannot both be 0: no pod could ever be replaced.
    max_surge       = 0
    max_unavailable = "0%"
  }
}

app "f" {
  image = "nginx"
  rollout {
    strategy          = "rollin" # ERROR: Invalid value: The strategy "rollin" is not available; there are "rolling" and "recreate". Did you mean "rolling"?
    max_surge         = "101%" # ERROR: Invalid value: "max_surge" must be a whole number, or a percentage from "0%" to "100%".
    max_unavailable   = -1 # ERROR: Invalid value: "max_unavailable" must be a whole number, or a percentage from "0%" to "100%".
    min_ready         = "soon" # ERROR: Invalid value: "min_ready" must be a duration with its unit, such as "30s", "5m" or "1h30m".
    progress_deadline = "0s" # ERROR: Invalid value: "progress_deadline" must be at least 1s and at most 2147483647 seconds.
    timeout           = "1.5s" # ERROR: Invalid value: "timeout" must be whole seconds, such as "1s"; Kubernetes knows nothing finer.
  }
}
