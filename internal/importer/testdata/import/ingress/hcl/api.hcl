app "api" {
  image    = "example.com/api:1.0"
  labels   = { app = "api" }
  selector = { app = "api" }

  port "http" {
    number       = 8080
    service_port = 80
  }

  port "admin" {
    number       = 9090
    service_port = 81
  }
}
