# --var-file prod.vars.hcl
# --var-file missing.vars.hcl
release "r" {}

variable "replicas" { type = number }
variable "password" { # ERROR: Invalid value for variable: The value of var.password from prod.vars.hcl:3 does not fit its type, string.
  type      = string
  sensitive = true
}
variable "regions" { type = list(string) }
# ERROR nowhere: Cannot read a file: missing.vars.hcl: no such file or directory.
