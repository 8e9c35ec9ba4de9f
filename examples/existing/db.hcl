app "db" {
  kind           = "StatefulSet"
  image          = "mysql:8.4"
  selector       = { app = "db", tier = "data" }
  container_name = "mysql"
  env            = { MYSQL_ALLOW_EMPTY_PASSWORD = "yes" }
  port "mysql" { number = 3306 }
  readiness { tcp = "mysql" }
  mount "/var/lib/mysql" {
    claim {
      name = "data"
      size = "1Gi"
    }
  }

  # Its Service was made with fewer labels than its pods have.
  override "Service" { spec = { selector = { app = "db" } } }
}
