release "r" {}

app "a" {
  image      = "nginx"
  depends_on = [app.b, app.a, "b", app.a.host, var.x] # ERROR: Unknown reference: There is no app "b". # ERROR: Invalid reference: app.a cannot depend on itself. # ERROR: Invalid reference: depends_on is a list of apps, configs, secrets, resources and modules, as in [app.mysql, secret.tls, resource.NetworkPolicy.db, module.db]. # ERROR: Invalid reference: depends_on is a list of apps, configs, secrets, resources and modules, as in [app.mysql, secret.tls, resource.NetworkPolicy.db, module.db]. # ERROR: Invalid reference: depends_on is a list of apps, configs, secrets, resources and modules, as in [app.mysql, secret.tls, resource.NetworkPolicy.db, module.db].
}

app "c" {
  image      = "nginx"
  depends_on = app.a # ERROR: Invalid value: depends_on is a list of apps, configs, secrets, resources and modules, as in [app.mysql, secret.tls, resource.NetworkPolicy.db, module.db].
}
