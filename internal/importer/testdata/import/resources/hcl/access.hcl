resource "ClusterRole" "shop-reader" {
  name  = "shop:reader"
  rules = [{ apiGroups = [""], resources = ["pods"], verbs = ["get", "list"] }]
}

resource "ClusterRoleBinding" "shop-reader" {
  name     = "shop:reader"
  roleRef  = { apiGroup = "rbac.authorization.k8s.io", kind = "ClusterRole", name = "shop:reader" }
  subjects = [{ kind = "ServiceAccount", name = "reader", namespace = "shop" }]
}
