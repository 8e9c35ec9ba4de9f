variable "certificate_a" {
  description = "Key \"a\" of secret.certificate, for app.web."
  type        = string
  sensitive   = true
}

variable "listed_a" {
  description = "Key \"a\" of secret.listed, for app.web."
  type        = string
  sensitive   = true
}

variable "of_account_a" {
  description = "Key \"a\" of secret.of-account, for app.web and resource.ServiceAccount.puller."
  type        = string
  sensitive   = true
}
