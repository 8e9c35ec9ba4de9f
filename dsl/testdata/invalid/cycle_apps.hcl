release "r" {}

app "a" {
  image = "nginx"
  env   = { B = app.b.host } # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: app.a refers to app.b (main.hcl:5) app.b refers to app.c (main.hcl:11) app.c refers to app.a (main.hcl:17)
  port "http" { number = 80 }
}

app "b" {
  image  = "nginx"
  config = { C = app.c.host }
  port "http" { number = 80 }
}

app "c" {
  image      = "nginx"
  depends_on = [app.a]
  port "http" { number = 80 }
}
