release "r" {}

app "nothing" {
  image = "nginx"
  rollout { strategy = "canary" } # ERROR: Missing required argument: A canary needs its steps: the percentages that the new version gets one after the other, as in steps = [10, 50]. # ERROR: Conflicting arguments: app.nothing has no port block, and so no Service of whose requests a canary could get a share. Add a port, or use another strategy.
}

app "empty" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [] # ERROR: Invalid value: "steps" must be a list of percentages, as in [10, 50]: whole numbers from 1 to 99, each above the one before.
  }
}

app "falling" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [10, 10] # ERROR: Invalid value: "steps" must be a list of percentages, as in [10, 50]: whole numbers from 1 to 99, each above the one before.
  }
}

app "whole" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [50, 100] # ERROR: Invalid value: "steps" must be a list of percentages, as in [10, 50]: whole numbers from 1 to 99, each above the one before.
  }
}

app "none" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [0, 50] # ERROR: Invalid value: "steps" must be a list of percentages, as in [10, 50]: whole numbers from 1 to 99, each above the one before.
  }
}

app "words" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = ["10%"] # ERROR: Invalid value: "steps" must be a list of percentages, as in [10, 50]: whole numbers from 1 to 99, each above the one before.
    traffic  = "ingres-nginx" # ERROR: Invalid value: "traffic" must be "ingress-nginx" or "gateway-api", not "ingres-nginx". Did you mean "ingress-nginx"?
  }
}

app "null" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [null] # ERROR: Invalid value: "steps" must be a list of percentages, as in [10, 50]: whole numbers from 1 to 99, each above the one before.
  }
}

app "number" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = 10 # ERROR: Invalid value: "steps" must be a list of percentages, as in [10, 50]: whole numbers from 1 to 99, each above the one before.
  }
}

app "of-blue-green" {
  image = "nginx"
  port "http" { number = 80 }
  mount "/data" {
    claim { size = "1Gi" } # ERROR: Claim cannot be shared: With the strategy "canary" two versions of the app run at once, and this claim is for one node at a time (ReadWriteOnce). Ask for access_modes = ["ReadWriteMany"], or keep the data in an app of their own.
  }
  rollout {
    strategy      = "canary"
    steps         = [10, 50]
    auto_switch   = true # ERROR: Conflicting arguments: auto_switch is of use with the strategy "blue-green"; here it is "canary".
    preview       = false # ERROR: Conflicting arguments: preview is of use with the strategy "blue-green"; here it is "canary".
    keep_previous = 1 # ERROR: Conflicting arguments: keep_previous is of use with the strategy "blue-green"; here it is "canary".
    worker        = true # ERROR: Conflicting arguments: worker is of use with the strategy "blue-green"; here it is "canary".
    check "smoke" { image = "busybox" } # ERROR: Conflicting arguments: check is of use with the strategy "blue-green"; here it is "canary".
  }
}
