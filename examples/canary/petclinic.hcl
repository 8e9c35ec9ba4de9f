# The application. A new version gets a tenth of the pods first, then half of them,
# and then all, each when somebody says so.

app "petclinic" {
  version  = var.image_tag
  image    = "spring2go/spring-petclinic:${var.image_tag}"
  replicas = var.replicas

  config = {
    SPRING_PROFILES_ACTIVE = "mysql"
    DATASOURCE_URL         = "jdbc:mysql://${app.mysql.host}/petclinic"
    DATASOURCE_USERNAME    = "root"
    DATASOURCE_INIT_MODE   = "always"
  }

  env = { DATASOURCE_PASSWORD = secret.mysql.key.password }

  port "http" {
    number    = 8080
    node_port = var.node_port
  }

  readiness {
    http   = { path = "/actuator/health", port = "http" }
    period = "5s"
  }

  resources {
    requests = { cpu = "250m", memory = "512Mi" }
  }

  rollout {
    strategy = "canary"
    steps    = [10, 50]
  }
}
