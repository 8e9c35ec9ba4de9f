release "r" {}

config "c" {
  data = { a = "x", b = config.c.key.a } # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: config.c refers to config.c (main.hcl:4)
}

app "web" {
  image = "nginx:${app.web.version}" # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: app.web refers to app.web (main.hcl:8)
}
