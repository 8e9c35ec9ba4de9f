release "shops" { namespace = "shops" }

variable "shops" {
  default = {
    north = { replicas = 2, host = "north.example.com" }
    south = { replicas = 1, host = "south.example.com" }
  }
}

variable "passwords" {
  sensitive = true
  default   = { north = "n", south = "s" }
}

# Sets, maps and objects; a map may have sensitive values.
secret "db" {
  for_each = toset(keys(var.shops))
  data     = { password = var.passwords[each.key] }
}

app "db" {
  for_each = var.shops
  image    = "postgres:17"
  env      = { POSTGRES_PASSWORD = secret.db[each.key].key.password }
  port "sql" { number = 5432 }
}

app "shop" {
  for_each = var.shops
  name     = "${each.key}-shop"
  image    = "shop:1"
  replicas = each.value.replicas
  env      = { DB = app.db[each.key].host }
  port "http" { number = 8080 }
}

# All instances, and one.
config "all" {
  data = {
    hosts = join(",", [for key, shop in app.shop : "${key}=${shop.host}"])
    north = app.shop["north"].fqdn
  }
}

ingress "shop" {
  for_each = var.shops
  class = "${each.key}-class"
  host "shop.example.com" {
    path "/" { app = app.shop[each.key] }
  }
}

app "report" {
  image      = "report:1"
  depends_on = [app.shop["south"], secret.db]
}

# An empty key is a key, and nothing is made of an empty set.
config "odd" {
  for_each = { "" = "nothing", "A b" = "two words" }
  name     = "odd-${each.key == "" ? "empty" : "words"}"
  data     = { text = each.value }
}

config "none" {
  for_each = toset([])
  data     = { key = each.key }
}

resource "NetworkPolicy" "shop" {
  for_each = app.shop
  spec = {
    podSelector = { matchLabels = { "stowage.dev/app" = each.value.name } }
    policyTypes = ["Ingress"]
  }
}
