release "r" {}
module "a" { source = "./modules/a" }
