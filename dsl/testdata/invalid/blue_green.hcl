release "r" {}

app "no-port" {
  image = "nginx"
  rollout { strategy = "blue-green" } # ERROR: Conflicting arguments: app.no-port has no port block, and so no Service whose traffic could move to another color. Add a port, or worker = true for an app that takes its work from somewhere else.
}

app "values" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy      = "blue-green"
    auto_switch   = "maybe" # ERROR: Invalid value: "auto_switch" is not valid: a bool is required.
    preview       = 1 # ERROR: Invalid value: "preview" is not valid: bool required, but have number.
    keep_previous = "some" # ERROR: Invalid value: "keep_previous" must be "all", or a whole number of pods from 0 on.
    worker        = [] # ERROR: Invalid value: "worker" is not valid: bool required, but have tuple.
  }
}

app "keep-less" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy      = "blue-green"
    keep_previous = -1 # ERROR: Invalid value: "keep_previous" must be "all", or a whole number of pods from 0 on.
  }
}

app "keep-part" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy      = "blue-green"
    keep_previous = 1.5 # ERROR: Invalid value: "keep_previous" must be "all", or a whole number of pods from 0 on.
  }
}

app "of-canary" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "blue-green"
    steps    = [10] # ERROR: Conflicting arguments: steps is of use with the strategy "canary"; here it is "blue-green".
    traffic  = "ingress-nginx" # ERROR: Conflicting arguments: traffic is of use with the strategy "canary"; here it is "blue-green".
  }
}

app "headless" {
  image = "nginx"
  port "http" { number = 80 }
  service { headless = true } # ERROR: Conflicting arguments: The name of a headless Service leads to the pods themselves, whose addresses clients keep, so that its traffic cannot be moved at once. Leave out headless, or the strategy "blue-green".
  rollout { strategy = "blue-green" }
}

app "worker-with-all" {
  image = "nginx"
  port "http" { number = 80 }
  autoscale {
    max = 3
    cpu = 80
  }
  resources { requests = { cpu = 1 } }
  rollout {
    strategy      = "blue-green"
    worker        = true # ERROR: Conflicting arguments: A worker has no Service, and app.worker-with-all has one by its port at main.hcl:57. Leave out worker, or the port. # ERROR: Conflicting arguments: The idle color of a worker has no pods, and the autoscale block at main.hcl:58 leaves their number to the cluster. Leave out one of them.
    preview       = true # ERROR: Conflicting arguments: A worker has no Service, and so no preview.
    keep_previous = 0 # ERROR: Conflicting arguments: The previous color of a worker keeps no pods: they would go on working. Leave out keep_previous.
    check "smoke" { image = "busybox" } # ERROR: Conflicting arguments: A check asks the new version before the switch, when a worker has no pods of it yet, nor a Service to ask. Leave out the check, or worker.
  }
}

app "no-replacement" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy        = "blue-green"
    max_surge       = 0
    max_unavailable = 0 # ERROR: Conflicting arguments: max_surge and max_unavailable cannot both be 0: no pod could ever be replaced.
  }
}

app "claims" {
  image = "nginx"
  port "http" { number = 80 }
  mount "/data" {
    claim { size = "1Gi" } # ERROR: Claim cannot be shared: With the strategy "blue-green" two versions of the app run at once, and this claim is for one node at a time (ReadWriteOnce). Ask for access_modes = ["ReadWriteMany"], or keep the data in an app of their own.
  }
  mount "/one" {
    claim { # ERROR: Claim cannot be shared: With the strategy "blue-green" two versions of the app run at once, and this claim is for one node at a time (ReadWriteOncePod). Ask for access_modes = ["ReadWriteMany"], or keep the data in an app of their own.
      size         = "1Gi"
      access_modes = ["ReadWriteOncePod"]
    }
  }
  mount "/many" {
    claim {
      size         = "1Gi"
      access_modes = ["ReadWriteOnce", "ReadWriteMany"]
    }
  }
  mount "/there" {
    claim { existing = "there" }
  }
  rollout { strategy = "blue-green" }
}
