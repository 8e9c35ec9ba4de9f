release "petclinic" { namespace = "petclinic" }

variable "mysql_password" {
  default   = "petclinic"
  sensitive = true
}

secret "mysql" {
  data = { password = var.mysql_password }
}

app "petclinic" { # before what it needs, which must not matter
  version  = "1.0.1.RELEASE"
  image    = "spring2go/spring-petclinic:1.0.1.RELEASE"
  replicas = 3

  config = {
    SPRING_PROFILES_ACTIVE = "mysql"
    DATASOURCE_URL         = "jdbc:mysql://${app.mysql.host}/petclinic"
    DATASOURCE_USERNAME    = "root"
  }
  env = { DATASOURCE_PASSWORD = secret.mysql.key.password }

  port "http" {
    number    = 8080
    node_port = 31080
  }
  readiness {
    http   = { path = "/actuator/health", port = "http" }
    period = "5s"
  }
  resources { requests = { cpu = "250m", memory = "512Mi" } }
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
