release "r" {}

app "a" {
  image = "a:1"
  port "http" { number = 80 }
}
app "b" { # ERROR: Duplicate object: This would be a second Deployment "a"; the first is at main.hcl:3. The argument name gives the objects of a block a name that is not its label.
  name  = "a"
  image = "a:1"
  port "http" { number = 80 } # ERROR: Duplicate object: This would be a second Service "a"; the first is at main.hcl:5.
}
config "a" { data = { k = "v" } }
config "b" { # ERROR: Duplicate object: This would be a second ConfigMap "a"; the first is at main.hcl:12. The argument name gives the objects of a block a name that is not its label.
  name = "a"
  data = { k = "w" }
}
