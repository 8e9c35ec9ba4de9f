release "r" {}
release "s" {} # ERROR: Duplicate block: A configuration has one release block; there is one already at main.hcl:1.

locals { a = 1 }
locals { a = 2 } # ERROR: Duplicate block: local.a was already declared at main.hcl:4. Each needs a name of its own.

variable "v" { default = 1 }
variable "v" { default = 2 } # ERROR: Duplicate block: var.v was already declared at main.hcl:7. Each needs a name of its own.

app "a" { image = "nginx" }
app "a" { image = "nginx" } # ERROR: Duplicate block: app.a was already declared at main.hcl:10. Each needs a name of its own.
