release "r" {}

app "a" {
  kind              = "Statefulset" # ERROR: Invalid value: "kind" must be "Deployment", "StatefulSet", "DaemonSet", "Job" or "CronJob", not "Statefulset". Did you mean "StatefulSet"?
  image             = "Nginx:latest!" # ERROR: Invalid value: "image" must be an image reference such as "mysql:5.7" or "registry.example.com:5000/team/app:1.2"; the path is in lower case.
  version           = "1.0+build" # ERROR: Invalid value: "version" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends.
  replicas          = -1 # ERROR: Invalid value: "replicas" must be a whole number from 0 to 2147483647.
  command           = "sh" # ERROR: Invalid value: "command" must be a list, as in ["a", "b"].
  args              = ["a", null, ["b"]] # ERROR: Invalid value: "args[1]" is null, and must be text. # ERROR: Invalid value: "args[2]" must be text, not tuple.
  image_pull_policy = "always" # ERROR: Invalid value: "image_pull_policy" must be "Always", "IfNotPresent" or "Never", not "always". Did you mean "Always"?
  labels            = { "app.kubernetes.io/name" = "x" } # ERROR: Invalid key: The key "app.kubernetes.io/name" is set by stowage itself.
}

app "b" {
  kind     = "Job"
  image    = "" # ERROR: Invalid value: "image" must be an image reference such as "mysql:5.7" or "registry.example.com:5000/team/app:1.2"; the path is in lower case.
  replicas = 1.5 # ERROR: Conflicting arguments: replicas is of use with the kind "Deployment" or "StatefulSet"; app.b is a "Job", which runs to its end and serves nobody. # ERROR: Invalid value: "replicas" must be a whole number from 0 to 2147483647.
}

app "c" {
  image    = null # ERROR: Invalid value: "image" is required, so it must not be null.
  replicas = "many" # ERROR: Invalid value: "replicas" is not valid: a number is required.
}
