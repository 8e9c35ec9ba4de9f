# ---- mysql.hcl
app "mysql" {
  kind     = "StatefulSet"
  image    = "mysql:5.7"
  labels   = { app = "mysql" }
  selector = { app = "mysql" }
  env = {
    # Never in production.
    MYSQL_ALLOW_EMPTY_PASSWORD = "yes"
    MYSQL_DATABASE             = "petclinic" # made when it starts
  }

  port "mysql" {
    number       = 3306
    target       = 3306
    service_name = ""
  }

  # The clinic's database.
  service { headless = true }

  mount "/var/lib/mysql" {
    claim {
      name = "data"
      size = "1Gi"
    }
  }
}

# ---- petclinic.hcl
app "petclinic" {
  image    = "spring2go/spring-petclinic:1.0.1.RELEASE"
  replicas = 3
  labels   = { app = "petclinic" }
  selector = { app = "petclinic" }
  config   = { SPRING_PROFILES_ACTIVE = "mysql" }
  env = {
    DATASOURCE_URL = "jdbc:mysql://${app.mysql.host}:${app.mysql.port.mysql}/petclinic"
    DB_HOST        = app.mysql.host
  }

  port "8080" {
    service_port = 80
    node_port    = 31080
    service_name = "http"
  }

  resources { requests = { cpu = 0.25, memory = "512Mi" } }

  readiness {
    http   = { path = "/actuator/health" }
    period = "5s"
  }
}

# renamed: ConfigMap petclinic to petclinic-config-*
# relabelled: [ConfigMap petclinic Service petclinic] app: "" to "petclinic"
