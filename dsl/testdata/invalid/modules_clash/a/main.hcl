app "web" { # ERROR: Duplicate object: This would be a second Deployment "web": one of module.one.app.web, and one of module.two.app.web. The argument name gives the objects of a block a name that is not its label.
  image = "web:1"
  port "http" { number = 80 } # ERROR: Duplicate object: This would be a second Service "web": one of module.one.app.web, and one of module.two.app.web.
}
