release "r" {}

variable "secret" {
  sensitive = true
  default   = "s"
}

config "list" {
  for_each = ["a"] # ERROR: Invalid value: for_each takes a map or a set of text, and this is a list. toset() makes a set of it.
  data     = { k = each.key }
}
config "text" {
  for_each = "a" # ERROR: Invalid value: for_each takes a map or a set of text, not a string.
  data     = { k = each.key }
}
config "numbers" {
  for_each = toset([1, 2]) # ERROR: Invalid value: for_each takes a set of text, and this is a set of number.
  data     = { k = each.key }
}
config "hidden" {
  for_each = toset([var.secret]) # ERROR: Sensitive value not allowed here: The value of for_each is sensitive, and its keys become names, which are shown. Only the values of a map may be sensitive.
  data     = { k = each.key }
}
config "null" {
  for_each = null # ERROR: Invalid value: "for_each" is required, so it must not be null.
  data     = { k = each.key }
}
config "holes" {
  for_each = toset(["a", null]) # ERROR: Invalid value: The set of for_each has null in it, which cannot be a key.
  data     = { k = each.key }
}
config "unknown" {
  for_each = local.nope # ERROR: Unknown reference: There is no local "nope".
  data     = { k = each.key }
}
config "self" {
  for_each = { a = config.self } # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: config.self refers to config.self (main.hcl:37)
  data     = { k = each.key }
}
config "each" {
  for_each = { a = each.key } # ERROR: Invalid reference: each.key is only known in a block with for_each.
  data     = { k = each.key }
}

app "web" {
  for_each = toset(["blue", "green"])
  image    = "web:1"
  port "http" { number = 80 }
}
app "names" { # ERROR: Invalid name: The name of an app, made of label and key, is "names-A_b" and must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends. The argument name gives it another.
  for_each = toset(["A_b"])
  image    = "web:1"
}
app "given" {
  for_each = toset(["a"])
  name     = "Given" # ERROR: Invalid name: The name of an app must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
  image    = "web:1"
}
app "one" {
  image = "one:1"
  port "http" { number = 80 }
}
config "twice" {
  for_each = toset(["a", "b"])
  name     = "twice"
  data     = { k = "v" }
}
config "none" {
  for_each = {}
  data     = { k = "v" }
}
secret "values" {
  for_each = { a = var.secret }
  data     = { k = each.value.nope, l = each.valu } # ERROR: Unsupported attribute: The expression uses a sensitive value, so the details are not shown. # ERROR: Unknown attribute: each has no "valu"; there is key, value. Did you mean "value"?
}

locals {
  a = app.web.host # ERROR: Invalid reference: app.web has for_each, so one of its instances must be named, as in app.web["blue"].host.
  b = app.web["bleu"].host # ERROR: Unknown instance: app.web has no instance "bleu"; there is "blue", "green". Did you mean "blue"?
  c = app.web[0].host # ERROR: Invalid reference: The keys of app.web are text, as in app.web["KEY"].
  d = app.web["blue"].hots # ERROR: Unknown attribute: app.web["blue"] has no "hots"; there is fqdn, host, image, name, port, selector, service, version. Did you mean "host"?
  e = app.one["blue"].host # ERROR: Unknown attribute: app.one has no for_each, and so no instance "blue".
  f = each.key # ERROR: Invalid reference: each.key is only known in a block with for_each.
  g = config.none["a"].name # ERROR: Unknown instance: config.none has no instances: the value of its for_each is empty.
  h = [for w in app.web : w.hots] # ERROR: Unsupported attribute: This object does not have an attribute named "hots".
  i = app.web[var.secret].host # ERROR: Invalid index: The expression uses a sensitive value, so the details are not shown.
  j = app.web[local.k].host # ERROR: Invalid index: The given key does not identify an element in this collection value.
  k = "gren"
}

app "after" {
  image      = "after:1"
  depends_on = [app.web["red"], app.web["blue"].host, app.one["a"]] # ERROR: Unknown instance: app.web has no instance "red"; there is "blue", "green". # ERROR: Invalid reference: depends_on is a list of apps, configs, secrets, resources and modules, as in [app.mysql, secret.tls, resource.NetworkPolicy.db, module.db]. # ERROR: Invalid reference: depends_on is a list of apps, configs, secrets, resources and modules, as in [app.mysql, secret.tls, resource.NetworkPolicy.db, module.db].
}

resource "NetworkPolicy" "each" {
  for_each = toset(["a", "b"])
  spec     = { podSelector = {} }
}
locals {
  l = resource.NetworkPolicy.each.name # ERROR: Invalid reference: resource.NetworkPolicy.each has for_each, so one of its instances must be named, as in resource.NetworkPolicy.each["a"].name.
  m = resource.NetworkPolicy.each["a"].nam # ERROR: Unknown attribute: resource.NetworkPolicy.each["a"] has no "nam"; there is kind, name, namespace. Did you mean "name"?
}
output "for_each" {
  value    = 1
  for_each = toset(["a"]) # ERROR: Unsupported argument: An argument named "for_each" is not expected here.
}
