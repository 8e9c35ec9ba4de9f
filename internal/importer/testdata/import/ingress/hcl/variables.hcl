variable "other_tls_a" {
  description = "Key \"a\" of secret.other-tls."
  type        = string
  sensitive   = true
}
