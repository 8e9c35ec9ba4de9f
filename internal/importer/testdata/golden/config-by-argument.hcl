# ---- elector.hcl
app "elector" {
  image    = "elector:1"
  selector = { app = "elector" }
  args     = ["--configmap=leader-lock", "--namespace=$(NS)"]
  env      = { NS = { field = "metadata.namespace" } }

  override "Deployment" {
    metadata = { annotations = { "reloader.stakater.com/auto" = "true" } }
  }
}

# ---- shared.hcl
# A ConfigMap that is used by its name in an argument and an annotation, and by a custom kind: renaming it would break them.
config "leader-lock" {
  versioned = false
  data      = { holder = "nobody" }
}
