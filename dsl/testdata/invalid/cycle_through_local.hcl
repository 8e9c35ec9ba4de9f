release "r" {}

locals { b = app.b.host } # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: local.b refers to app.b (main.hcl:3) app.b refers to app.a (main.hcl:13) app.a refers to local.b (main.hcl:7)

app "a" {
  image = "nginx"
  args  = [local.b]
  port "http" { number = 80 }
}

app "b" {
  image = "nginx"
  args  = [app.a.fqdn]
  port "http" { number = 80 }
}
