release "r" {}
module "one" { source = "./a" }
module "two" { source = "./a" }
