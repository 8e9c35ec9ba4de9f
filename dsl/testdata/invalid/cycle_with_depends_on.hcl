release "r" {}

app "a" {
  image      = "nginx"
  depends_on = [secret.s] # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: app.a refers to secret.s (main.hcl:5) secret.s refers to app.a (main.hcl:10)
  port "http" { number = 80 }
}

secret "s" {
  data = { url = "http://${app.a.host}/" }
}
