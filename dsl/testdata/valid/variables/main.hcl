release "vars" {
  namespace     = "ns-${var.stage}"
  history_limit = var.limits.history
}

variable "stage" {
  type        = string
  description = "Which one."
}
variable "limits" {
  type = object({
    history = optional(number, 5)
    names   = optional(list(string))
  })
  default = {}
}
variable "ports" {
  type    = map(number)
  default = { http = "80" }
}
variable "anything" { default = { a = [1, "x", true] } }
variable "nullable" {
  type    = string
  default = null
}
variable "not_null" {
  type     = string
  default  = "default"
  nullable = false
}
variable "function" { default = upper("x") }
variable "checked" {
  type    = number
  default = 8080
  validation {
    condition     = var.checked > 1024 && var.stage != ""
    error_message = "Too low."
  }
}

locals {
  all = [var.stage, var.function]
}

output "joined" {
  value       = join("-", local.all)
  description = "Both."
}
output "missing" { value = try(var.limits.names[0], "none") }
output "can" { value = can(var.anything.b) }
output "secret" {
  value     = sensitive({ a = 1 })
  sensitive = true
}
output "path" { value = path.module }
output "release" { value = "${release.name}/${release.namespace}" }
