release "r" {}

app "a" {
  image          = "nginx"
  node_selector  = { "not a label" = "x", ok = "not a value" } # ERROR: Invalid key: The key "not a label" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it. # ERROR: Invalid value: "node_selector.ok" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends.
  priority_class = "High" # ERROR: Invalid value: "priority_class" must be a DNS name: lower-case letters, digits, dashes and dots, with a letter or digit at both ends of each part.
  toleration { value = "x" } # ERROR: Missing required argument: value needs the key that it is of.
  toleration { # ERROR: Conflicting arguments: for goes with effect = "NoExecute" only: other taints do not make pods leave.
    key = "a"
    for = "30s"
  }
  toleration {
    key    = "a"
    effect = "NoRun" # ERROR: Invalid value: "effect" must be "NoSchedule", "PreferNoSchedule" or "NoExecute", not "NoRun".
  }
  toleration {
    key    = "a"
    effect = "NoExecute"
    for    = "soon" # ERROR: Invalid value: "for" must be a duration with its unit, such as "30s", "5m" or "1h30m".
  }
  spread {} # ERROR: Missing required argument: The argument "across" is required, but no definition was found.
  spread { across = "the rack" } # ERROR: Invalid value: "across" must be "node", "zone", "region" or a label of the nodes: it must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it.
  spread { across = "zone" }
  spread { across = "topology.kubernetes.io/zone" } # ERROR: Duplicate block: The pods are spread across topology.kubernetes.io/zone already at main.hcl:23.
  spread { # ERROR: Conflicting arguments: min_domains goes with required = true only.
    across      = "node"
    min_domains = 2
  }
  spread {
    across   = "region"
    max_skew = 0 # ERROR: Invalid value: "max_skew" must be a whole number from 1 to 2147483647.
  }
}

app "b" {
  image = "nginx"
  node_affinity {} # ERROR: Missing required argument: The argument "label" is required, but no definition was found.
  node_affinity {
    label    = "a"
    operator = "Is" # ERROR: Invalid value: "operator" must be "In", "NotIn", "Exists", "DoesNotExist", "Gt" or "Lt", not "Is". Did you mean "In"?
  }
  node_affinity { # ERROR: Conflicting arguments: The operator In needs values to compare with.
    label    = "a"
    operator = "In"
  }
  node_affinity { # ERROR: Conflicting arguments: The operator Exists takes no values.
    label    = "a"
    operator = "Exists"
    values   = ["b"]
  }
  node_affinity { # ERROR: Conflicting arguments: The operator Gt takes one value, a whole number.
    label    = "a"
    operator = "Gt"
    values   = ["many"]
  }
  node_affinity { # ERROR: Conflicting arguments: weight is that of a preference, and this is required. Leave out one of them.
    label    = "a"
    required = true
    weight   = 10
  }
  node_affinity {
    label  = "a"
    weight = 101 # ERROR: Invalid value: "weight" must be a whole number from 1 to 100.
  }
}

app "c" {
  image = "nginx"
  affinity { required = true } # ERROR: Conflicting arguments: The first pod would wait for another one of the same app. Name another app, or leave out required.
  affinity { # ERROR: Conflicting arguments: app and labels both say which pods are meant. Leave out one of them.
    app    = app.b
    labels = { tier = "web" }
  }
  affinity { labels = {} } # ERROR: Invalid value: "labels" is empty, which would mean every pod.
  affinity { app = app.wrong } # ERROR: Unknown reference: There is no app "wrong".
  anti_affinity { app = ["b"] } # ERROR: Invalid value: "app" must be an app, as in app.NAME.
  anti_affinity { within = "" } # ERROR: Invalid value: "within" must be "node", "zone", "region" or a label of the nodes: it must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it.
  anti_affinity { # ERROR: Conflicting arguments: weight is that of a preference, and this is required. Leave out one of them.
    app      = app.b
    required = true
    weight   = 1
  }
}

app "agents" {
  kind  = "StatefulSet"
  image = "agent"
  spread { # ERROR: Conflicting arguments: versions is of use with the kind "Deployment"; app.agents is a "StatefulSet", whose pods have names and storage of their own and are replaced one by one.
    across   = "node"
    versions = "together"
  }
  spread {
    across   = "zone"
    versions = "all" # ERROR: Invalid value: "versions" must be "apart" or "together", not "all".
  }
}
