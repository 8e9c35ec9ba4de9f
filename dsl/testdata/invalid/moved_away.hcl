release "r" {}

app "shop" { image = "shop:1" }
app "web" {
  for_each = toset(["a", "b"])
  image    = "web:1"
}

moved {
  from = app.shop # ERROR: Invalid address: app.shop is still there, at main.hcl:3. A moved block says what something was before that has another address now.
  to   = app.web["a"]
}
moved {
  from = app.old
  to   = app.shp # ERROR: Unknown reference: There is no app.shp. Did you mean app.shop?
}
moved {
  from = app.two["a"]
  to   = app.web # ERROR: Invalid address: app.web has for_each: say which of its instances app.two["a"] is now, as in app.web["KEY"].
}
moved {
  from = app.three["a"]
  to   = app.web["c"] # ERROR: Unknown reference: There is no app.web["c"]. Did you mean app.web["a"]?
}
moved {
  from = module.m.app.x
  to   = module.n["a"].app.x # ERROR: Unknown reference: There is no module.n["a"].app.x.
}
