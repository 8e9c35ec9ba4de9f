release "r" {}

app "shop" { image = "shop:1" }
app "web" {
  for_each = toset(["a", "b"])
  image    = "web:1"
}
config "conf" { data = { k = "v" } }

moved {
  from = app.shop
  to   = app.web["a"]
}
moved {
  from = app.old
  to   = app.shp
}
moved {
  from = app.older
  to   = config.conf # ERROR: Invalid address: What was app.older cannot become config.conf: the objects of the two are not of the same kind.
}
moved {
  from = app.one
  to   = app.web
}
moved {
  from = app.two["a"]
  to   = app.web # ERROR: Duplicate block: app.web was app.one already at main.hcl:23. It can have been one thing only.
}
moved {
  from = app.three["a"]
  to   = app.web["c"]
}
moved {
  from = app.four
  to   = app.four # ERROR: Invalid address: This is where app.four is already.
}
moved {
  from = module.old # ERROR: Invalid address: "from" names a module. Objects are not named after the module that they are in, so it can be renamed without a moved block.
  to   = module.new # ERROR: Invalid address: "to" names a module. Objects are not named after the module that they are in, so it can be renamed without a moved block.
}
moved {
  from = var.old # ERROR: Invalid address: "from" must name one of these: app, config, secret, ingress, resource.
  to   = app.shop
}
moved {
  from = "app.old" # ERROR: Invalid address: "from" is not an address.
  to   = app.shop.name # ERROR: Invalid address: "to" must end with app.shop.
}
moved {
  from = app # ERROR: Invalid address: "from" must be an address, such as app.web, app.web["KEY"] or module.shop.app.web.
  to   = app.web[0]
}
moved {
  from = resource.NetworkPolicy.a
  to   = resource.Role.b # ERROR: Invalid address: What was resource.NetworkPolicy.a cannot become resource.Role.b: the objects of the two are not of the same kind.
}
moved {
  from = app.one # ERROR: Duplicate block: app.one has moved to app.web already at main.hcl:24.
  to   = app.web["b"]
}
moved {
  from = app.five["k"]
  to   = app.web # ERROR: Duplicate block: app.web was app.one already at main.hcl:23. It can have been one thing only.
}
moved { from = app.x } # ERROR: Missing required argument: The argument "to" is required, but no definition was found.
