# ---- mixed.hcl
# Ports of all forms: a name, a number, left out; a Service port that leads to a port which no container lists.
app "mixed" {
  image    = "mixed:1"
  selector = { app = "mixed" }

  port "http" {
    number       = 8080
    service_port = 80
    service_name = "by-name"
  }

  port "9000" { service_name = "by-default" }

  port "by-number" {
    number = 8080
    target = 8080
  }

  port "not-listed" {
    number       = 7001
    service_port = 7000
    declared     = false
  }
}
