release "petclinic" { namespace = "petclinic" }

# Its database comes first, and what asks it comes last.
app "mysql" {
  image = "mysql:5.7"
  port "tcp" { number = 3306 }
}

app "petclinic" {
  version  = "1.0.0"
  image    = "spring2go/spring-petclinic:1.0.0"
  replicas = 3
  config   = { DATASOURCE_URL = "jdbc:mysql://${app.mysql.host}/petclinic" }
  port "http" {
    number    = 8080
    node_port = 31080
  }
  readiness { http = { path = "/", port = "http" } }
  rollout {
    strategy      = "blue-green"
    keep_previous = 1
    min_ready     = "5s"
    timeout       = "2m"
  }
}

app "gateway" {
  image = "nginx:1.27"
  env   = { UPSTREAM = app.petclinic.host }
}
