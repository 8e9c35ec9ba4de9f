release "shop" {}

# A new label, twice.
app "shop" { image = "shop:1" }
moved {
  from = app.store
  to   = app.shop
}
moved {
  from = app.web
  to   = app.store
}

# From one block to instances, and back.
app "worker" {
  for_each = toset(["fast", "slow"])
  image    = "worker:1"
}
moved {
  from = app.worker
  to   = app.worker["fast"]
}
app "single" { image = "single:1" }
moved {
  from = app.single["only"]
  to   = app.single
}

# All instances of a block, and one of another.
secret "keys" {
  for_each = toset(["a", "b"])
  data     = { key = each.key }
}
moved {
  from = secret.tokens
  to   = secret.keys
}
moved {
  from = secret.old["b"]
  to   = secret.keys["b"]
}

# Into a module, and within it.
module "front" {
  source   = "./front"
  for_each = toset(["x"])
}
moved {
  from = config.settings
  to   = module.front["x"].config.options
}

# A name counts more.
resource "ConfigMap" "named" { name = "own" }
moved {
  from = resource.ConfigMap.other
  to   = resource.ConfigMap.named
}
resource "Role" "reader" { rules = [] }
moved {
  from = resource.Role.viewer
  to   = resource.Role.reader
}
ingress "all" {
  default {
    service = "web"
    port    = 80
  }
}
moved {
  from = ingress.everything
  to   = ingress.all
}
