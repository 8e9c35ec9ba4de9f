release "r" {}

app "a" {
  kind     = "DaemonSet"
  image    = "nginx"
  replicas = 3 # ERROR: Conflicting arguments: replicas is a fixed number of pods, and the autoscale block at main.hcl:7 lets the cluster choose it. Leave out one of them. # ERROR: Conflicting arguments: replicas is of use with the kind "Deployment" or "StatefulSet"; app.a is a "DaemonSet", which has one pod on each node.
  autoscale { # ERROR: Conflicting arguments: autoscale is of use with the kind "Deployment" or "StatefulSet"; app.a is a "DaemonSet", which has one pod on each node. # WARNING: Nothing to measure by: cpu is a percentage of what the pods request, and this app requests none. Unless a LimitRange of the namespace gives it a request, the autoscaler does nothing.
    max = 3
    cpu = 80
  }
  pod_management = "Parallel" # ERROR: Conflicting arguments: pod_management is of use with the kind "StatefulSet"; app.a is a "DaemonSet", which has one pod on each node.
  job { ttl = "1h" } # ERROR: Conflicting arguments: job is of use with the kind "Job" or "CronJob"; app.a is a "DaemonSet", which has one pod on each node.
  rollout {
    strategy          = "recreate" # ERROR: Conflicting arguments: A DaemonSet replaces its pods node by node; it has no strategy "recreate".
    progress_deadline = "1m" # ERROR: Conflicting arguments: progress_deadline is of use with the kind "Deployment"; app.a is a "DaemonSet", which has one pod on each node.
    partition         = 1 # ERROR: Conflicting arguments: partition is of use with the strategy "rolling"; here it is "recreate".
    paused            = true # ERROR: Conflicting arguments: paused is of use with the kind "Deployment"; app.a is a "DaemonSet", which has one pod on each node.
  }
}

app "b" {
  kind     = "Job"
  image    = "nginx"
  replicas = 2 # ERROR: Conflicting arguments: replicas is of use with the kind "Deployment" or "StatefulSet"; app.b is a "Job", which runs to its end and serves nobody.
  port "http" { number = 80 } # ERROR: Conflicting arguments: port is of use with the kind "Deployment", "StatefulSet" or "DaemonSet"; app.b is a "Job", which runs to its end and serves nobody.
  readiness { exec = ["true"] } # ERROR: Conflicting arguments: readiness is of use with the kind "Deployment", "StatefulSet" or "DaemonSet"; app.b is a "Job", which runs to its end and serves nobody.
  rollout {
    strategy  = "rolling" # ERROR: Conflicting arguments: strategy is of use with the kind "Deployment", "StatefulSet" or "DaemonSet"; app.b is a "Job", which runs to its end and serves nobody.
    max_surge = 1 # ERROR: Conflicting arguments: max_surge is of use with the kind "Deployment" or "DaemonSet"; app.b is a "Job", which runs to its end and serves nobody.
    min_ready = "10s" # ERROR: Conflicting arguments: min_ready is of use with the kind "Deployment", "StatefulSet" or "DaemonSet"; app.b is a "Job", which runs to its end and serves nobody.
  }
  cron { schedule = "@daily" } # ERROR: Conflicting arguments: cron is of use with the kind "CronJob"; app.b is a "Job", which runs to its end and serves nobody.
}

app "c" { # ERROR: Missing required block: A CronJob needs a cron block with its schedule, as in cron { schedule = "0 3 * * *" }.
  kind  = "CronJob"
  image = "nginx"
}

app "d" {
  image = "nginx"
  job {} # ERROR: Conflicting arguments: job is of use with the kind "Job" or "CronJob"; app.d is a "Deployment", whose pods are all alike and go on running.
  cron { schedule = "@daily" } # ERROR: Conflicting arguments: cron is of use with the kind "CronJob"; app.d is a "Deployment", whose pods are all alike and go on running.
  claim_retention { when_deleted = "Delete" } # ERROR: Conflicting arguments: claim_retention is of use with the kind "StatefulSet"; app.d is a "Deployment", whose pods are all alike and go on running.
  rollout { partition = 1 } # ERROR: Conflicting arguments: partition is of use with the kind "StatefulSet"; app.d is a "Deployment", whose pods are all alike and go on running.
}

app "e" {
  kind           = "StatefulSet"
  image          = "nginx"
  pod_management = "parallel" # ERROR: Invalid value: "pod_management" must be "OrderedReady" or "Parallel", not "parallel". Did you mean "Parallel"?
  claim_retention {
    when_deleted = "Keep" # ERROR: Invalid value: "when_deleted" must be "Retain" or "Delete", not "Keep".
    when_scaled  = true # ERROR: Invalid value: "when_scaled" must be "Retain" or "Delete", not "true".
  }
  rollout {
    paused    = true
    partition = -1 # ERROR: Invalid value: "partition" must be a whole number from 0 to 2147483647.
  }
}

app "f" {
  kind  = "daemonset" # ERROR: Invalid value: "kind" must be "Deployment", "StatefulSet", "DaemonSet", "Job" or "CronJob", not "daemonset". Did you mean "DaemonSet"?
  image = "nginx"
}

app "g" {
  kind  = "DaemonSet"
  image = "nginx"
  rollout {
    max_surge       = "10%" # ERROR: Conflicting arguments: The new pod on a node of a DaemonSet starts before the old one ends, with max_surge, or after it, with max_unavailable. Leave out one of them.
    max_unavailable = 1
  }
}

app "h" {
  kind  = "DaemonSet"
  image = "nginx"
  rollout { max_unavailable = 0 } # ERROR: Conflicting arguments: A DaemonSet whose pods may not be missing needs max_surge: otherwise no pod could ever be replaced.
}

app "i" {
  kind  = "DaemonSet"
  image = "nginx"
  rollout { strategy = "blue-green" } # ERROR: Conflicting arguments: A DaemonSet replaces its pods node by node; it has no strategy "blue-green".
}

app "j" {
  kind  = "DaemonSet"
  image = "nginx"
  mount "/data" {
    claim { size = "1Gi" } # ERROR: Claim cannot be shared: A DaemonSet has a pod on each node, and this claim is for one node at a time. Ask for access_modes = ["ReadWriteMany"], or mount a host_path.
  }
}

app "a-job-whose-name-leaves-no-room-for-the-version-of-it" { # ERROR: Invalid name: The name of an app must be at most 52 characters long for a Job.
  kind  = "Job"
  image = "nginx"
}

app "k" {
  kind  = "Job"
  image = "nginx"
  rollout { strategy = "canary" } # ERROR: Conflicting arguments: strategy is of use with the kind "Deployment", "StatefulSet" or "DaemonSet"; app.k is a "Job", which runs to its end and serves nobody.
}

app "l" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "blue-green"
    paused   = true # ERROR: Conflicting arguments: paused is of use with the strategy "rolling" or "recreate"; here it is "blue-green".
  }
}
