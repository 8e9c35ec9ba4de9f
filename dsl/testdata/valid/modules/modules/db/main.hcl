variable "name" { type = string }
variable "password" { sensitive = true }
variable "size" { default = "1Gi" }

locals { port = 5432 }

secret "db" {
  name = var.name
  data = { password = var.password }
}

config "db" {
  name = "${var.name}-files"
  data = { "db.conf" = file("${path.module}/db.conf"), "motto" = file("${path.root}/motto.txt") }
}

app "db" {
  name  = var.name
  image = "postgres:17"
  env   = { POSTGRES_PASSWORD = secret.db.key.password, CONFIG = config.db.name, RELEASE = release.name }
  port "sql" { number = local.port }
}

output "host" { value = app.db.host }
output "password" {
  value     = secret.db.key.password
  sensitive = true
}
