# ---- access.hcl
# Rights in the whole cluster: rules of all forms, an aggregated role, subjects of all kinds.
resource "ClusterRole" "example-reader" {
  name   = "example:reader"
  labels = { "rbac.example.com/aggregate" = "true" }
  rules = [
    { apiGroups = ["", "apps", "*"], resources = ["*"], verbs = ["get", "list", "watch"] },
    { nonResourceURLs = ["/metrics", "/healthz/*"], verbs = ["get"] },
  ]
}

resource "ClusterRole" "example-all" {
  aggregationRule = { clusterRoleSelectors = [{ matchLabels = { "rbac.example.com/aggregate" = "true" } }] }
  rules           = []
}

resource "ClusterRoleBinding" "example-reader" {
  name    = "example:reader"
  roleRef = { apiGroup = "rbac.authorization.k8s.io", kind = "ClusterRole", name = "example:reader" }
  subjects = [
    { kind = "ServiceAccount", name = "watcher", namespace = "monitoring" },
    { kind = "User", name = "alice@example.com", apiGroup = "rbac.authorization.k8s.io" },
    { kind = "Group", name = "system:authenticated", apiGroup = "rbac.authorization.k8s.io" },
  ]
}

resource "RoleBinding" "view-for-dev" {
  roleRef  = { apiGroup = "rbac.authorization.k8s.io", kind = "ClusterRole", name = "view" }
  subjects = [{ kind = "Group", name = "developers" }]
}
