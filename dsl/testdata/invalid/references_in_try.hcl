release "r" {}

variable "settings" { default = { a = 1 } }
config "c" { data = { a = "x" } }

output "fine" { value = try(var.settings.b, "none") }
output "can" { value = can(var.settings.b) }
output "unknown" { value = try(var.setings.b, "none") } # ERROR: Unknown reference: There is no variable "setings". Did you mean "settings"?
output "key" { value = try(config.c.key.b, "none") } # ERROR: Unknown attribute: config.c.key has no "b"; there is a.
output "none" { value = try(var.settings.b) } # ERROR: Error in function call: Call to function "try" failed: no expression succeeded: - Unsupported attribute (at main.hcl:10,41-43) This object does not have an attribute named "b". At least one expression must produce a successful result.
