release "r" {}

app "a" {
  image          = "nginx"
  selector       = {} # ERROR: Invalid value: "selector" is empty, which would mean every pod.
  container_name = "Main" # ERROR: Invalid value: "container_name" must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
}

app "b" {
  image      = "nginx"
  selector   = { app = "b", tier = "front" }
  pod_labels = { app = "b", tier = "back" } # ERROR: Invalid value: The selector of app.b asks for the label tier = "front", which its pods would not have. Write it into pod_labels too.
}

app "c" {
  image      = "nginx"
  pod_labels = { app = "c" } # ERROR: Missing required argument: The pods of app.c are found by labels of stowage's own, which pod_labels leaves out. Say with selector by which of its labels they are found, or use labels to add some.
}

app "d" {
  kind     = "Job"
  image    = "nginx"
  selector = { app = "d" } # ERROR: Conflicting arguments: selector is of use with the kind "Deployment", "StatefulSet" or "DaemonSet"; app.d is a "Job", which runs to its end and serves nobody.
}

app "e" {
  image      = "nginx"
  selector   = { "stowage.dev/app" = "e", "a b" = "c" } # ERROR: Invalid key: The key "stowage.dev/app" is set by stowage itself. # ERROR: Invalid key: The key "a b" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it.
  pod_labels = { "stowage.dev/app" = "e" } # ERROR: Invalid key: The key "stowage.dev/app" is set by stowage itself.
}

app "f" {
  image      = "nginx"
  selector   = { app = "f" }
  labels     = { "app.kubernetes.io/managed-by" = "Helm" } # ERROR: Invalid key: The key "app.kubernetes.io/managed-by" is set by stowage itself.
  pod_labels = { app = "not ok" } # ERROR: Invalid value: "pod_labels.app" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends.
}

app "g" {
  image    = "nginx"
  selector = { app = "g" } # ERROR: Conflicting arguments: With the strategy "blue-green" each version has pods of its own, which stowage labels and finds itself. Leave out selector and pod_labels in the same change: the first color is started beside the pods that are there, and gets the traffic when it is ready.
  port "http" { number = 80 }
  rollout { strategy = "blue-green" }
}

app "h" {
  image    = "nginx"
  selector = { app = "h" } # ERROR: Conflicting arguments: With the strategy "canary" each version has pods of its own, which stowage labels and finds itself. Leave out selector and pod_labels, and let the app be "blue-green" first: it becomes a Deployment of another name, which a change of selector takes.
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [10]
  }
}

app "i" {
  image          = "nginx"
  container_name = "main"
  sidecar "main" { image = "busybox" } # ERROR: Duplicate container: The container of app.i itself is named "main".
}

app "j" {
  image  = "nginx"
  labels = { "app.kubernetes.io/instance" = "mine" } # ERROR: Invalid key: The key "app.kubernetes.io/instance" is set by stowage itself.
}

app "k" {
  image          = "nginx"
  container_name = "main"
  env = { CPU = { resource = "limits.cpu", container = "k" } } # ERROR: Unknown container: The pods of app.k have no container "k".
}
