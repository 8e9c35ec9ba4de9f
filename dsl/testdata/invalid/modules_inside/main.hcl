release "r" {}
locals { here = 1 }
module "a" { source = "./modules/a" }
module "b" {
  source   = "./modules/a"
  for_each = toset(["x", "y"])
}
app "web" { image = "web:1" }
