variable "monitor_password" {
  description = "Key \"password\" of secret.monitor."
  type        = string
  sensitive   = true
}
