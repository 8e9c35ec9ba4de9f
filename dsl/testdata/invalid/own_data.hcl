release "r" {}

app "a" {
  image  = "nginx"
  config = ["x"] # ERROR: Invalid value: "config" must be a map, as in { KEY = "value" }.
  secret = { "1st" = "x", LIST = ["x"], OBJECT = { a = 1 } } # ERROR: Invalid key: The key "1st" must be the name of an environment variable: letters, digits, underscores, dashes and dots, no digit first. # ERROR: Invalid value: The value of a key must be text, not tuple; jsonencode() or yamlencode() make text of it. # ERROR: Invalid value: The value of a key must be text, not object; jsonencode() or yamlencode() make text of it.
}

app "b" {
  image  = "nginx"
  config = { A = "x", A = "y" } # ERROR: Duplicate key: "A" is already written at main.hcl:11; only one of the two could count.
  env    = "x" # ERROR: Invalid value: "env" must be a map, as in { KEY = "value" }.
}
