release "r" {}

variable "secret" {
  sensitive = true
  default   = "s"
}

module "good" {
  source = "./modules/a"
  image  = "a:1"
}

# Sources.
module "none" {} # ERROR: Missing required argument: The argument "source" is required, but no definition was found.
module "registry" { source = "terraform-aws-modules/vpc/aws" } # ERROR: Invalid module: The source of a module is a directory of this configuration, written out and starting with "./" or "../", as in source = "./modules/shop".
module "computed" { source = "./modules/${var.secret}" } # ERROR: Invalid module: The source of a module is a directory of this configuration, written out and starting with "./" or "../", as in source = "./modules/shop".
module "number" { source = 1 } # ERROR: Invalid module: The source of a module is a directory of this configuration, written out and starting with "./" or "../", as in source = "./modules/shop".
module "outside" { source = "../elsewhere" } # ERROR: Invalid module: A module must be in a directory of its own inside that of the configuration, and ../elsewhere is not.
module "around" { source = "./modules/../../elsewhere" } # ERROR: Invalid module: A module must be in a directory of its own inside that of the configuration, and ../elsewhere is not.
module "self" { source = "./" } # ERROR: Invalid module: A module must be in a directory of its own inside that of the configuration, and . is not.
module "missing" { source = "./modules/c" } # ERROR: Invalid module: There is no directory modules/c in that of the configuration.
module "file" { source = "./main.hcl" } # ERROR: Invalid module: The path main.hcl is not that of a directory.
module "empty" { source = "./modules/empty" } # ERROR: Invalid module: The directory modules/empty holds no *.hcl or *.hcl.json file.
module "loop" { source = "./modules/loop" }

# Inputs.
module "unknown" {
  source = "./modules/a"
  image  = "a:2"
  imag   = "a:2" # ERROR: Unsupported argument: The module in ./modules/a has no variable "imag". Did you mean "image"?
}
module "needs" { source = "./modules/a" } # ERROR: Missing required argument: The module in ./modules/a needs a value for "image": its variable has no default.
module "types" {
  source   = "./modules/a"
  for_each = toset(["types"])
  image    = ["a"] # ERROR: Invalid value for variable: The value of module.types["types"].var.image is not valid: string required, but have tuple.
  replicas = "many" # ERROR: Invalid value for variable: The value of module.types["types"].var.replicas is not valid: a number is required.
}
module "secrets" {
  source   = "./modules/a"
  image    = "a:3"
  replicas = var.secret # ERROR: Invalid value for variable: The value of module.secrets.var.replicas does not fit its type, number.
}
module "null" {
  source   = "./modules/a"
  image    = null # ERROR: Invalid value for variable: module.null.var.image must not be null (nullable = false), and it has no default to stand for null.
  replicas = null
}
module "condition" {
  source   = "./modules/a"
  image    = "a:4"
  replicas = 11
}
module "block" {
  source = "./modules/a"
  image  = "a:5"
  port "http" {} # ERROR: Unexpected "port" block: Blocks are not allowed here.
}
module "9lives" { # ERROR: Invalid name: The name of a module starts with a letter or an underscore and goes on with letters, digits, underscores and dashes.
  source = "./modules/a"
  image  = "a:1"
}

# References.
locals {
  a = module.good.nope # ERROR: Unknown reference: The module of module.good, ./modules/a, has no output "nope".
  b = module.bad.host # ERROR: Unknown reference: There is no module "bad".
  c = module.good.app # ERROR: Unknown reference: The module of module.good, ./modules/a, has no output "app".
  d = module.good["a"].host # ERROR: Unknown instance: module.good has no for_each, and so no instance "a".
  e = module.types.host # ERROR: Invalid reference: module.types has for_each, so one of its instances must be named, as in module.types["types"].host.
  f = module # ERROR: Invalid reference: "module" must be followed by a dot and a name, as in module.NAME.
  g = module.good.host
}

app "shop" {
  image      = "shop:1"
  depends_on = [module.nope, module.good["a"]] # ERROR: Unknown reference: There is no module "nope". Did you mean "none"? # ERROR: Invalid reference: depends_on is a list of apps, configs, secrets, resources and modules, as in [app.mysql, secret.tls, resource.NetworkPolicy.db, module.db].
}

# The objects of two modules clash.
module "again" {
  source = "./modules/a"
  image  = "a:6"
}
