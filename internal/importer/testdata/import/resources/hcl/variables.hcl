variable "monitor_password" {
  description = "Key \"password\" of resource.Secret.monitor."
  type        = string
  sensitive   = true
}
