resource "Namespace" "tools" {
  labels = { "pod-security.kubernetes.io/enforce" = "restricted" }
}

resource "ResourceQuota" "a" {
  namespace = "elsewhere"
  spec      = { hard = { pods = "1" } }
}
