release "r" {}

app "a" {
  image = "nginx"
  rollout { strategy = "blue" } # ERROR: Invalid value: "strategy" must be "rolling", "recreate", "blue-green" or "canary", not "blue".
}

app "b" {
  image = "nginx"
  rollout {
    strategy  = "recreate"
    max_surge = 1 # ERROR: Conflicting arguments: max_surge is of use with the strategy "rolling", "blue-green" or "canary"; here it is "recreate".
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
  rollout {
    max_surge         = 1 # ERROR: Conflicting arguments: max_surge is of use with the kind "Deployment" or "DaemonSet"; app.d is a "StatefulSet", whose pods have names and storage of their own and are replaced one by one.
    progress_deadline = "1m" # ERROR: Conflicting arguments: progress_deadline is of use with the kind "Deployment"; app.d is a "StatefulSet", whose pods have names and storage of their own and are replaced one by one.
  }
}

app "e" {
  image = "nginx"
  rollout {
    max_surge       = 0
    max_unavailable = "0%" # ERROR: Conflicting arguments: max_surge and max_unavailable cannot both be 0: no pod could ever be replaced.
  }
}

app "f" {
  image = "nginx"
  rollout {
    strategy          = "rollin" # ERROR: Invalid value: "strategy" must be "rolling", "recreate", "blue-green" or "canary", not "rollin". Did you mean "rolling"?
    max_surge         = "101%" # ERROR: Invalid value: "max_surge" must be a whole number, or a percentage from "0%" to "100%".
    max_unavailable   = -1 # ERROR: Invalid value: "max_unavailable" must be a whole number, or a percentage from "0%" to "100%".
    min_ready         = "soon" # ERROR: Invalid value: "min_ready" must be a duration with its unit, such as "30s", "5m" or "1h30m".
    progress_deadline = "0s" # ERROR: Invalid value: "progress_deadline" must be at least 1s and at most 2147483647 seconds.
    timeout           = "1.5s" # ERROR: Invalid value: "timeout" must be whole seconds, such as "1s"; Kubernetes knows nothing finer.
  }
}

app "g" {
  image = "nginx"
  rollout {
    auto_switch   = false # ERROR: Conflicting arguments: auto_switch is of use with the strategy "blue-green"; here it is "rolling".
    preview       = true # ERROR: Conflicting arguments: preview is of use with the strategy "blue-green"; here it is "rolling".
    keep_previous = "all" # ERROR: Conflicting arguments: keep_previous is of use with the strategy "blue-green"; here it is "rolling".
    worker        = false # ERROR: Conflicting arguments: worker is of use with the strategy "blue-green"; here it is "rolling".
    steps         = [10] # ERROR: Conflicting arguments: steps is of use with the strategy "canary"; here it is "rolling".
    traffic       = "gateway-api" # ERROR: Conflicting arguments: traffic is of use with the strategy "canary"; here it is "rolling".
    check "smoke" { image = "busybox" } # ERROR: Conflicting arguments: check is of use with the strategy "blue-green"; here it is "rolling".
  }
}

app "h" {
  kind  = "StatefulSet"
  image = "nginx"
  rollout { strategy = "blue-green" } # ERROR: Conflicting arguments: The pods of a StatefulSet have names and storage of their own, which two versions cannot both have. The strategy "blue-green" is for an app of kind "Deployment".
}

app "i" {
  kind  = "StatefulSet"
  image = "nginx"
  rollout {
    strategy = "canary" # ERROR: Conflicting arguments: The pods of a StatefulSet have names and storage of their own, which two versions cannot both have. The strategy "canary" is for an app of kind "Deployment".
    steps    = [10]
  }
}
