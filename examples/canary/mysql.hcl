# The database: one instance that keeps its data on a claim of its own.

secret "mysql" {
  data = { password = var.mysql_password }
}

app "mysql" {
  kind  = "StatefulSet"
  image = "mysql:5.7"

  env = {
    MYSQL_DATABASE      = "petclinic"
    MYSQL_ROOT_PASSWORD = secret.mysql.key.password
  }

  port "tcp" { number = 3306 }

  mount "/var/lib/mysql" {
    claim { size = "1Gi" }
  }

  readiness { tcp = "tcp" }
}
