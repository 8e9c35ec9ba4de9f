variable "db" { type = object({ host = string, password = string }) }
variable "motto" {}

module "cache" {
  source = "../cache"
}

app "shop" {
  image = "shop:1"
  env = {
    DB          = var.db.host
    DB_PASSWORD = var.db.password
    CACHE       = module.cache.host
    MOTTO       = var.motto
  }
  port "http" { number = 8080 }
}

output "url" { value = "http://${app.shop.host}" }
