# --var count=many
# --var undeclaerd=1
# --var list=[1,
# --var nothing
release "r" {}

variable "needed" { type = string } # ERROR: No value for variable: var.needed has no default, so it needs a value: --var 'needed=VALUE', --var-file FILE, the environment variable STOWAGE_VAR_needed, or a *.auto.vars.hcl file.
variable "count" { type = number } # ERROR: Invalid value for variable: The value of var.count from --var is not valid: a number is required.
variable "undeclared" { default = "" }
variable "list" { type = list(string) } # ERROR: Invalid value for variable: The value of var.list from --var is not valid: it is not an HCL expression: Expected the start of an expression, but found the end of the file.
variable "wrong" {
  type    = number
  default = "x" # ERROR: Invalid value: The default of var.wrong does not have its type: a number is required.
}
variable "type" { type = strin } # ERROR: Invalid type specification: The keyword "strin" is not a valid type specification.
variable "refers" { default = local.x } # ERROR: Variables not allowed: Variables may not be used here.
variable "null" { # ERROR: Invalid value for variable: var.null must not be null (nullable = false), and it has no default to stand for null.
  type     = string
  nullable = false
  default  = null
}
variable "9" { default = 1 } # ERROR: Invalid name: The name of a variable starts with a letter or an underscore and goes on with letters, digits, underscores and dashes.
locals { x = 1 }

# ERROR nowhere: Invalid --var: The flag is written --var NAME=VALUE; one of them has no equals sign.
# ERROR nowhere: Unknown variable: --var sets "undeclaerd", but there is no such variable block. Did you mean "undeclared"?
