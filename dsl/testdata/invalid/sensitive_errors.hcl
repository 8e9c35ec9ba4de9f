# --var password=canary-4711
release "r" {}

variable "password" {
  type      = string
  sensitive = true
  validation {
    condition     = length(var.password) > 100 # ERROR: Invalid value for variable: The condition is not met This is about the value of var.password from --var.
    error_message = "Not good: ${var.password}" # ERROR: Sensitive value not allowed here: The value of "error_message" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
  }
}

locals {
  number   = tonumber(var.password) # ERROR: Invalid function argument: The expression uses a sensitive value, so the details are not shown.
  parsed   = parseint(var.password, 10) # ERROR: Invalid function argument: The expression uses a sensitive value, so the details are not shown.
  attr     = { a = 1 }[var.password] # ERROR: Invalid index: The expression uses a sensitive value, so the details are not shown.
  json     = jsondecode(var.password) # ERROR: Error in function call: The expression uses a sensitive value, so the details are not shown.
  list     = [for k in [var.password, var.password] : k]
  object   = { for k in [var.password, var.password] : k => 1 } # ERROR: Duplicate object key: The expression uses a sensitive value, so the details are not shown.
  added    = var.password + 1 # ERROR: Invalid operand: The expression uses a sensitive value, so the details are not shown.
  unknown  = nosuch(var.password) # ERROR: Call to unknown function: There is no function named "nosuch".
  inline   = parseint(sensitive("canary-4711"), 10) # ERROR: Invalid function argument: The expression uses a sensitive value, so the details are not shown.
  regex    = regex("^x", var.password) # ERROR: Error in function call: The expression uses a sensitive value, so the details are not shown.
  template = "a${[var.password]}" # ERROR: Invalid template interpolation value: Cannot include the given value in a string template: string required, but have tuple.
}

secret "s" {
  data = { (var.password) = "x" } # ERROR: Sensitive key: This key is made from a sensitive value. Keys are shown in plans; only values may be sensitive.
}

app "web" {
  image = "nginx"
  env   = { "${var.password}" = "x" } # ERROR: Sensitive key: This key is made from a sensitive value. Keys are shown in plans; only values may be sensitive.
}
