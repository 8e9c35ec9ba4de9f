release "r" {}

locals {
  a = local.b # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: local.a refers to local.b (main.hcl:4) local.b refers to local.a (main.hcl:5)
  b = local.a
  c = local.d # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: local.c refers to local.d (main.hcl:6) local.d refers to local.c (main.hcl:7)
  d = local.c
}
