variable "in" {}
app "web" { # ERROR: Duplicate object: This would be a second Deployment "web": one of module.one.app.web, and one of module.after.app.web. The argument name gives the objects of a block a name that is not its label. # ERROR: Duplicate object: This would be a second Deployment "web": one of module.one.app.web, and one of module.two.app.web. The argument name gives the objects of a block a name that is not its label.
  image = "web:1"
  env   = { IN = var.in }
}
output "out" { value = "${var.in}${app.web.name}" }
