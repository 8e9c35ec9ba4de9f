# The application, in two colors: petclinic-blue and petclinic-green. A new version
# comes up in the color that is idle, and gets the traffic when somebody says so.

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
    strategy = "blue-green"

    # Before the traffic moves it asks the new version through its preview,
    # afterwards through the Service itself. When it fails, the traffic stays, or
    # goes back.
    check "smoke" {
      image   = "curlimages/curl:8.11.1"
      command = ["curl", "--fail", "--silent", "--show-error"]
      args    = ["http://$(STOWAGE_HOST):$(STOWAGE_PORT)/actuator/health"]
      timeout = "1m"
    }
  }
}
