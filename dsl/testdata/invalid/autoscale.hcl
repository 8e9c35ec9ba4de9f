release "r" {}

app "a" {
  image    = "nginx"
  replicas = 3 # ERROR: Conflicting arguments: replicas is a fixed number of pods, and the autoscale block at main.hcl:6 lets the cluster choose it. Leave out one of them.
  autoscale { # WARNING: Nothing to measure by: cpu is a percentage of what the pods request, and this app requests none. Unless a LimitRange of the namespace gives it a request, the autoscaler does nothing.
    max = 5
    cpu = 80
  }
}

app "b" {
  image = "nginx"
  autoscale { # ERROR: Conflicting arguments: min, 6, is above max, 5. # ERROR: Missing required argument: An autoscaler needs a target to keep to: cpu or memory, in percent of what the pods request.
    min = 6
    max = 5
  }
}

app "c" {
  image = "nginx"
  autoscale { cpu = 80 } # WARNING: Nothing to measure by: cpu is a percentage of what the pods request, and this app requests none. Unless a LimitRange of the namespace gives it a request, the autoscaler does nothing. # ERROR: Missing required argument: The argument "max" is required, but no definition was found.
}

app "d" {
  image = "nginx"
  autoscale {
    min    = 0 # ERROR: Invalid value: "min" must be a whole number from 1 to 2147483647.
    max    = 1.5 # ERROR: Invalid value: "max" must be a whole number from 1 to 2147483647.
    cpu    = "80%" # ERROR: Invalid value: "cpu" is not valid: a number is required.
    memory = 0 # ERROR: Invalid value: "memory" must be a whole number from 1 to 2147483647.
  }
}

app "e" {
  image = "nginx"
  autoscale { # WARNING: Nothing to measure by: cpu is a percentage of what the pods request, and this app requests none. Unless a LimitRange of the namespace gives it a request, the autoscaler does nothing.
    max    = 5
    cpu    = 80
    memory = 90
  }
  resources { limits = { memory = "1Gi" } }
}

app "f" {
  image = "nginx"
  autoscale { # ERROR: Missing required argument: The argument "max" is required, but no definition was found.
    maximum = 5 # ERROR: Unsupported argument: An argument named "maximum" is not expected here.
    cpu_use = 80 # ERROR: Unsupported argument: An argument named "cpu_use" is not expected here.
  }
}

app "g" {
  image = "nginx"
  autoscale {
    max = 2
    cpu = 80
  }
  autoscale { # ERROR: Duplicate block: There can be one autoscale block here; there is one already at main.hcl:55.
    max = 3
    cpu = 80
  }
  resources { requests = { cpu = 1 } }
}
