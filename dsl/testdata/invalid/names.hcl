release "r" {}

variable "secret" {
  sensitive = true
  default   = "s"
}

app "a" {
  name  = "A" # ERROR: Invalid name: The name of an app must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
  image = "a:1"
}
app "b" {
  name  = var.secret # ERROR: Sensitive value not allowed here: The value of "name" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
  image = "a:1"
}
app "c" {
  name  = null
  image = "a:1"
}
app "d" {
  name  = app.d.host # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: app.d refers to app.d (main.hcl:21)
  image = "a:1"
  port "http" { number = 80 }
}
config "e" {
  name = "under_score" # ERROR: Invalid name: The name of a config must be a DNS name: lower-case letters, digits, dashes and dots, with a letter or digit at both ends of each part.
  data = {}
}
secret "f" {
  name = ["f"] # ERROR: Invalid value: "name" must be text, not tuple.
  data = {}
}
ingress "g" {
  name = "" # ERROR: Invalid name: The name of an ingress must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
  default { app = app.b }
}
