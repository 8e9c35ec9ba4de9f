# An app that is called like a file of ours.
app "variables" {
  image    = "example.com/variables:1.0"
  labels   = { app = "variables" }
  selector = { app = "variables" }

  env_from {
    secret = secret.true
    prefix = "P_"
  }
}

secret "true" {
  data = {
    "true" = var.true
    "for"  = var.true_for
    "1"    = var.true_1
    "..."  = var.true_2
    A      = var.true_a
    a      = var.true_a_2
  }
}

variable "true" {
  description = "Key \"true\" of secret.true, for app.variables."
  type        = string
  sensitive   = true
}

variable "true_for" {
  description = "Key \"for\" of secret.true, for app.variables."
  type        = string
  sensitive   = true
}

variable "true_1" {
  description = "Key \"1\" of secret.true, for app.variables."
  type        = string
  sensitive   = true
}

variable "true_2" {
  description = "Key \"...\" of secret.true, for app.variables."
  type        = string
  sensitive   = true
}

variable "true_a" {
  description = "Key \"A\" of secret.true, for app.variables."
  type        = string
  sensitive   = true
}

variable "true_a_2" {
  description = "Key \"a\" of secret.true, for app.variables."
  type        = string
  sensitive   = true
}
