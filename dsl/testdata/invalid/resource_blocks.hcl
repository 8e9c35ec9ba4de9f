release "shop" {}

variable "token" {
  default   = "x"
  sensitive = true
}

secret "db" {
  data = { password = var.token }
}

resource "networkPolicy" "kind" {} # ERROR: Invalid kind: The kind of a resource must be written as Kubernetes writes kinds, such as NetworkPolicy.

resource "NetworkPolicy" "a name" {} # ERROR: Invalid name: The name of a resource must be made of letters, digits, dashes, dots and colons.

resource "NetworkPolicy" "names" {
  name      = "a/b" # ERROR: Invalid name: The name of a resource must have no "/" and no "%" in it, and be neither "." nor "..".
  namespace = "Other" # ERROR: Invalid value: "namespace" must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
}

resource "Widget" "versions" {
  api_version = "example.com/1" # ERROR: Invalid value: "api_version" must be GROUP/VERSION, such as "apps/v1", or "v1" for the core group.
}

resource "Widget" "labels" {
  labels      = { "stowage.dev/release" = "other" } # ERROR: Invalid key: The key "stowage.dev/release" is set by stowage itself.
  annotations = { "stowage.dev/x" = "y" } # ERROR: Invalid key: The key "stowage.dev/x" is set by stowage itself.
  timeout     = "500ms" # ERROR: Invalid value: "timeout" must be whole seconds, such as "1s"; Kubernetes knows nothing finer.
}

resource "ConfigMap" "own" {
  apiVersion = "v1" # ERROR: Unsupported argument: The API version is an argument of the block: api_version = "GROUP/VERSION".
  kind       = "ConfigMap" # ERROR: Unsupported argument: The kind is the first label of the block: resource "KIND" "NAME" { ... }.
  status     = {} # ERROR: Unsupported argument: The status of an object is written by the cluster.
  metadata = {
    name        = "x" # ERROR: Unsupported argument: The name is an argument of the block: name = "NAME". It is the label when not given.
    namespace   = "x" # ERROR: Unsupported argument: The namespace is an argument of the block: namespace = "NAMESPACE".
    labels      = {} # ERROR: Unsupported argument: Labels are an argument of the block: labels = { ... }.
    annotations = {} # ERROR: Unsupported argument: Annotations are an argument of the block: annotations = { ... }.
  }
}

resource "ConfigMap" "blocks" {
  data { # ERROR: Unsupported block type: Fields of Kubernetes are written with an equals sign, as in data = { ... }.
    a = "b"
  }
}

resource "ConfigMap" "secrets" {
  data = {
    plain  = var.token # ERROR: Sensitive value not allowed here: The value of data.plain is sensitive, and could be read by all who may read the object. Put it into a secret block, and refer to its key.
    key    = secret.db.key.password # ERROR: Sensitive value not allowed here: The value of data.key is sensitive, and could be read by all who may read the object. Put it into a secret block, and refer to its key.
    within = { deep = ["Bearer ${var.token}"] } # ERROR: Sensitive value not allowed here: The value of data.within.deep[0] is sensitive, and could be read by all who may read the object. Put it into a secret block, and refer to its key.
  }
}

resource "ConfigMap" "numbers" {
  data = { huge = 1e400, big = 18446744073709551616 } # ERROR: Invalid value: The value of data.huge is a number that does not fit into 64 bits. Write it as text if the field takes text. # ERROR: Invalid value: The value of data.big is a number that does not fit into 64 bits. Write it as text if the field takes text.
}

resource "ConfigMap" "twice" {
  data = { a = "1", "a" = "2" } # ERROR: Duplicate key: "a" is already written at main.hcl:62; only one of the two could count.
}

resource "ConfigMap" "references" {
  data = {
    a = resource.ConfigMap # ERROR: Invalid reference: "resource" must be followed by a kind and a name, as in resource.NetworkPolicy.NAME.
    b = resource.Configmap.own.name # ERROR: Unknown reference: There is no resource of kind "Configmap". Did you mean "ConfigMap"?
    c = resource.ConfigMap.onw.name # ERROR: Unknown reference: There is no resource "ConfigMap" "onw". Did you mean "own"?
    d = resource.ConfigMap.own.uid # ERROR: Unknown attribute: resource.ConfigMap.own has no "uid"; there is kind, name, namespace. Did you mean "kind"?
    e = resource.ConfigMap.own.api_version # ERROR: Unknown attribute: resource.ConfigMap.own has no "api_version"; there is kind, name, namespace.
  }
  depends_on = [resource.ConfigMap, resource.ConfigMap.references, resource.ConfigMap.none] # ERROR: Invalid reference: "resource" must be followed by a kind and a name, as in resource.NetworkPolicy.NAME. # ERROR: Invalid reference: resource.ConfigMap.references cannot depend on itself. # ERROR: Unknown reference: There is no resource "ConfigMap" "none".
}

resource "ConfigMap" "own" {} # ERROR: Duplicate block: resource.ConfigMap.own was already declared at main.hcl:31. Each needs a name of its own.
