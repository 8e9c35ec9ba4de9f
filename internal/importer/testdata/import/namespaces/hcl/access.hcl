# In no namespace, whatever it says.
resource "ClusterRole" "reader" {
  rules = [{ apiGroups = [""], resources = ["pods"], verbs = ["get"] }]
}
