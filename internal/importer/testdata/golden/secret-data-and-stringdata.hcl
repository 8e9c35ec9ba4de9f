# ---- .gitignore
# Values of sensitive variables.
secrets.auto.vars.hcl

# ---- secrets.auto.vars.hcl
# Values of sensitive variables. Whoever can read this file knows them:
# .gitignore keeps it out of the repository.

both_user = "admin"

both_password = "new"

both_url = "https://admin:new@example.com/?a=b&c=d"

# ---- shared.hcl
# Both forms in one Secret; the same key in both: stringData wins.
secret "both" {
  versioned = false
  data      = { user = var.both_user, password = var.both_password, url = var.both_url }
}

# ---- variables.hcl
variable "both_user" {
  description = "Key \"user\" of secret.both."
  type        = string
  sensitive   = true
}

variable "both_password" {
  description = "Key \"password\" of secret.both."
  type        = string
  sensitive   = true
}

variable "both_url" {
  description = "Key \"url\" of secret.both."
  type        = string
  sensitive   = true
}
