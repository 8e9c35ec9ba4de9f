release "petclinic" {         # what is planned, applied, recorded and rolled back as one
  namespace     = "petclinic" # created when absent
  history_limit = 10
}

variable "image_tag" { default = "1.0.1.RELEASE" }
variable "mysql_password" {
  type      = string
  sensitive = true
}

secret "mysql" { # shared by two apps; Secret "mysql-<version>", immutable
  data = { password = var.mysql_password }
}

app "mysql" {
  kind  = "StatefulSet" # Deployment (default), StatefulSet, DaemonSet, Job, CronJob
  image = "mysql:5.7"
  env = {
    MYSQL_DATABASE      = "petclinic"
    MYSQL_ROOT_PASSWORD = secret.mysql.key.password # a typed reference: rendered as secretKeyRef
  }
  port "tcp" { number = 3306 } # container port and Service port: ClusterIP Service "mysql"
  mount "/var/lib/mysql" {
    claim { size = "1Gi" }
  }
  readiness { tcp = "tcp" }
}

app "petclinic" {
  version  = var.image_tag
  image    = "spring2go/spring-petclinic:${var.image_tag}"
  replicas = 3

  config = { # ConfigMap "petclinic-config-<version>", immutable, envFrom
    SPRING_PROFILES_ACTIVE = "mysql"
    DATASOURCE_URL         = "jdbc:mysql://${app.mysql.host}/petclinic" # this reference is the dependency
    DATASOURCE_USERNAME    = "root"
    DATASOURCE_INIT_MODE   = "always"
  }
  env = { DATASOURCE_PASSWORD = secret.mysql.key.password }

  port "http" {
    number    = 8080
    node_port = 31080 # makes the Service a NodePort one
  }
  readiness {
    http   = { path = "/actuator/health", port = "http" }
    period = "5s"
  }
  resources { requests = { cpu = "250m", memory = "512Mi" } }

  rollout {
    strategy = "rolling" # rolling (default), recreate, blue-green, canary
  }
}
