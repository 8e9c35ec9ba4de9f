release "r" {}

app "a" {
  image = "nginx"
  lifecycle { # ERROR: Conflicting arguments: prevent_destroy refuses what replace permits. Leave out one of them.
    prevent_destroy = true
    replace         = true
    ignore_changes = [
      "spec.replicas",
      "spec..replicas", # ERROR: Invalid value: "ignore_changes[1]" must be the path of a field as plans show it, such as "spec.replicas", "metadata.annotations[example.com/team]" or "spec.template.spec.containers[web].image".
      "/spec/replicas", # ERROR: Invalid value: "ignore_changes[2]" must be the path of a field as plans show it, such as "spec.replicas", "metadata.annotations[example.com/team]" or "spec.template.spec.containers[web].image".
      "metadata.name", # ERROR: Invalid value: "ignore_changes[3]" cannot be "metadata.name", which stowage itself needs.
      "spec", # ERROR: Invalid value: "ignore_changes[4]" cannot be "spec", which stowage itself needs.
      "spec.selector.matchLabels", # ERROR: Invalid value: "ignore_changes[5]" cannot be "spec.selector.matchLabels", which stowage itself needs.
      "metadata.labels[stowage.dev/app]", # ERROR: Invalid value: "ignore_changes[6]" cannot be "metadata.labels[stowage.dev/app]", which stowage itself needs.
      "metadata.labels[example.com/team]",
    ]
  }
}

app "b" {
  image = "nginx"
  rollout { strategy = "blue-green" }
  port "http" { number = 80 }
  lifecycle {
    ignore_changes = [
      "spec.template.spec.containers[b].image", # ERROR: Conflicting arguments: With rollout strategy "blue-green", versions are told apart by the template of the pods, so none of it can be left to others.
      "spec.replicas", # ERROR: Conflicting arguments: With rollout strategy "blue-green", leave out replicas to leave the number of pods to others.
    ]
  }
}

config "c" {
  data = {}
  lifecycle { ignore_changes = "data" } # ERROR: Invalid value: "ignore_changes" must be a list, as in ["a", "b"].
}
