release "r" {}

app "a" {
  image      = "nginx"
  depends_on = [app.b, app.a, "b", app.a.host, var.x] # ERROR: Unknown reference: There is no app "b". # ERROR: Invalid reference: app.a cannot depend on itself. # ERROR: Invalid reference: depends_on is a list of apps, configs, secrets and resources, as in [app.mysql, secret.tls, resource.NetworkPolicy.db]. # ERROR: Invalid reference: depends_on is a list of apps, configs and secrets, as in [app.mysql, secret.tls]. # ERROR: Invalid reference: depends_on is a list of apps, configs and secrets, as in [app.mysql, secret.tls].
}

app "c" {
  image      = "nginx"
  depends_on = app.a # ERROR: Invalid value: depends_on is a list of apps, configs, secrets and resources, as in [app.mysql, secret.tls, resource.NetworkPolicy.db].
}
