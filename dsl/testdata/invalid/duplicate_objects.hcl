release "r" {}

config "web-config" { data = {} }
secret "web-config" { data = {} }

app "web" {
  image  = "nginx"
  config = { A = "b" } # ERROR: Duplicate object: This would be a second ConfigMap "web-config"; the first is at main.hcl:3. The argument name gives the objects of a block a name that is not its label.
}
