release "shop" {}

# Declared last to first: the order follows the references.
app "web" {
  image = "nginx"
  env   = { API = "http://${app.api.host}:${app.api.port.http}" }
  port "http" { number = 80 }
}

app "api" {
  image  = "api"
  config = { DB = app.db.fqdn } # the ConfigMap waits, and the app with it
  port "http" { number = 8080 }
}

app "db" {
  kind  = "StatefulSet"
  image = "mysql"
  port "tcp" { number = 3306 }
}
