release "shops" { namespace = "shops" }

variable "password" {
  sensitive = true
  default   = "hidden"
}

module "db" {
  source   = "./modules/db"
  for_each = toset(["orders", "users"])
  name     = "db-${each.key}"
  password = var.password
}

module "shop" {
  source     = "./modules/shop"
  db         = module.db["orders"]
  motto      = file("motto.txt")
  depends_on = [module.db["users"], config.first]
}

config "first" { data = { a = "b" } }

app "front" {
  image = "front:1"
  env   = { API = module.shop.url }
  depends_on = [module.shop]
}

output "urls" { value = [module.shop.url, module.db["users"].host] }
output "all" {
  value     = module.db
  sensitive = true
}
