release "petclinic" { namespace = "NAMESPACE" }

secret "mysql" {
  versioned = false
  data      = { password = "petclinic" }
}

config "petclinic-config" {
  versioned = false
  data = {
    SPRING_PROFILES_ACTIVE = "mysql"
    DATASOURCE_URL         = "jdbc:mysql://mysql/petclinic"
    DATASOURCE_USERNAME    = "root"
    DATASOURCE_INIT_MODE   = "always"
  }
}

app "mysql" {
  kind     = "StatefulSet"
  image    = "mysql:5.7"
  replicas = 1
  env = {
    MYSQL_DATABASE      = "petclinic"
    MYSQL_ROOT_PASSWORD = secret.mysql.key.password
  }
  port "tcp" { number = 3306 }
  mount "/var/lib/mysql" {
    claim {
      name = "data"
      size = "1Gi"
    }
  }
  readiness {
    tcp           = "tcp"
    initial_delay = "10s"
  }
}

app "petclinic" {
  image    = "spring2go/spring-petclinic:1.0.1.RELEASE"
  replicas = 3
  env_from { config = config.petclinic-config }
  env = { DATASOURCE_PASSWORD = secret.mysql.key.password }
  port "http" {
    number       = 8080
    service_port = 80
    node_port    = 31080
  }
  mount "/tmp" {
    empty_dir { medium = "Memory" }
  }
  readiness {
    http   = { path = "/actuator/health", port = "http" }
    period = "5s"
  }
  liveness {
    http          = { path = "/actuator/health", port = "http" }
    initial_delay = "60s"
  }
  resources {
    requests = { cpu = "250m", memory = "512Mi" }
    limits   = { cpu = 1, memory = "1Gi" }
  }
  rollout {
    max_surge       = 1
    max_unavailable = 0
  }
}
