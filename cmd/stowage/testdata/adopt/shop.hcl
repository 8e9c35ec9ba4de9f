release "shop" {}

config "settings" {
  versioned = false
  labels    = { app = "web" }
  data      = { COLOR = "blue", SIZE = "large" }
}

secret "login" {
  versioned = false
  data      = { password = "not-to-be-seen" }
}

app "web" {
  image    = "nginx:1.25"
  replicas = 2
  selector = { app = "web" }
  labels   = { app = "web" }
  env      = { SIZE = config.settings.key.SIZE, COLOR = "blue" }
  port "http" { number = 8080 }
  resources { requests = { cpu = "10m" } }
  service_account { token = false }
}

app "db" {
  kind     = "StatefulSet"
  image    = "mysql:5.7"
  selector = { app = "db" }
  env      = { PASSWORD = secret.login.key.password }
  port "tcp" { number = 3306 }
  mount "/var/lib/mysql" {
    claim { size = "1Gi" }
  }
}
