release "r" {}

locals {
  a = "${local.b}-a" # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: local.a refers to local.b (main.hcl:4) local.b refers to local.a (main.hcl:5)
  b = local.a
}

output "o" { value = local.a }
