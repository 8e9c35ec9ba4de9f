app "web" {
  image    = "example.com/web:1.0"
  labels   = { app = "web" }
  selector = { app = "web" }

  port "http" {
    number       = 8080
    service_port = 80
  }
}
