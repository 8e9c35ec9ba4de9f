resource "ResourceQuota" "all" {
  spec = { hard = { pods = 10, "requests.cpu" = "4", "requests.memory" = "8Gi" } }
}
