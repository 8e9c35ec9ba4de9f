release "mine" {} # ERROR: Unexpected block: A module has no release block: its objects belong to the release of the configuration, which it can refer to as release.name and release.namespace.
variable "v" { default = local.here } # ERROR: Variables not allowed: Variables may not be used here.
locals {
  up      = local.here # ERROR: Unknown reference: There is no local "here".
  web     = app.web.image # ERROR: Unknown reference: There is no app "web". Did you mean "wbe"?
  outside = file("../../../secret") # ERROR: Error in function call: Call to function "file" failed: "../../../secret" leads out of the directory of the configuration, and only what is inside can be read.
  file    = file("main.hc") # ERROR: Error in function call: Call to function "file" failed: there is no file "main.hc"; paths start from the directory of the module, ./modules/a: file does not exist.
  each    = each.key # ERROR: Invalid reference: each.key is only known in a block with for_each.
  release = release.nam # ERROR: Unknown attribute: release has no "nam"; there is name, namespace. Did you mean "name"?
  over    = path.root
}
app "wbe" { image = "wbe:1" }
config "c" { # ERROR: Missing required argument: The argument "data" is required, but no definition was found.
  dta = {} # ERROR: Unsupported argument: An argument named "dta" is not expected here. Did you mean "data"?
}
unknown {} # ERROR: Unsupported block type: Blocks of type "unknown" are not expected here.
output "o" { value = app.wbe.nope } # ERROR: Unknown attribute: app.wbe has no "nope"; there is image, name, selector, version. Did you mean "name"?
