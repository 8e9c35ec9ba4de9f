release "r" {}
module "one" {
  source = "./a"
  in     = module.two.out # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: module.one.var.in refers to module.two.out (main.hcl:4) module.two.out refers to module.two.var.in (a/main.hcl:6) module.two.var.in refers to module.one.out (main.hcl:8) module.one.out refers to module.one.var.in (a/main.hcl:6)
}
module "two" {
  source = "./a"
  in     = module.one.out
}
module "keys" {
  source   = "./a"
  for_each = { a = module.keys["a"].out } # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: module.keys refers to module.keys (main.hcl:12)
  in       = "x"
}
module "after" {
  source     = "./a"
  in         = "x"
  depends_on = [app.last] # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: module.after refers to app.last (main.hcl:18) app.last refers to module.after (main.hcl:22)
}
app "last" {
  image = "last:1"
  env   = { X = module.after.out }
}
