# A service with its settings, as all of them are run here.

variable "name" { type = string }
variable "image" { type = string }

variable "replicas" {
  type    = number
  default = 1
  validation {
    condition     = var.replicas <= 10
    error_message = "More than 10 replicas need a talk with operations."
  }
}

variable "settings" {
  type    = map(string)
  default = {}
}

# Names are as written, so that of each instance is an input.
config "settings" {
  name = "${var.name}-settings"
  data = merge(var.settings, { "banner.txt" = file("banner.txt") })
}

app "service" {
  name     = var.name
  image    = var.image
  replicas = var.replicas
  port "http" {
    number       = 8080
    service_port = 80
  }
  mount "/etc/service" { config = config.settings }
  readiness { http = { path = "/ready" } }
}

output "url" { value = "http://${app.service.host}" }
