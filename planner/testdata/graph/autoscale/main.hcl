release "shop" { namespace = "shop" }

app "web" {
  image = "nginx"
  port "http" { number = 80 }
  resources { requests = { cpu = "250m" } }
  autoscale {
    max = 20
    cpu = 80
  }
}

app "db" {
  kind  = "StatefulSet"
  image = "mysql:5.7"
  port "tcp" { number = 3306 }
  service { headless = true }
  resources { requests = { cpu = 1, memory = "1Gi" } }
  autoscale {
    min    = 2
    max    = 4
    cpu    = 150
    memory = 90
  }
}
