release "shop" { namespace = "shop" }

locals { url = "http://${app.db.host}" }

# By a local, the ConfigMap refers to an app.
config "urls" {
  data = { DB = local.url }
}

secret "tls" {
  data = { key = "k" }
}

config "unused" {
  data = { A = "1" }
}

app "db" {
  image = "db"
  port "tcp" { number = 5432 }
}

# One data object each by all the ways to use one.
app "web" {
  image = "web"
  env   = { DB = config.urls.key.DB }
  mount "/tls" { secret = secret.tls }
  mount "/data" {
    claim { size = "1Gi" }
  }
}

app "ordered" {
  image      = "ordered"
  depends_on = [config.unused]
}
