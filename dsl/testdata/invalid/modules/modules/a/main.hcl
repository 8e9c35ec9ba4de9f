variable "image" {
  type     = string
  nullable = false
}
variable "replicas" {
  type    = number
  default = 1

  validation {
    condition     = var.replicas == null || var.replicas <= 10 # ERROR: Invalid value for variable: There can be 10. This is about the value of module.condition.var.replicas.
    error_message = "There can be 10."
  }
}

app "web" {
  image    = var.image
  replicas = var.replicas
  port "http" { number = 80 }
}

output "host" { value = app.web.host }
