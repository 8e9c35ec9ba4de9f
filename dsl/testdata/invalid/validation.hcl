# --var tag=latest
release "r" {}

variable "tag" {
  type = string
  validation {
    condition     = var.tag != "latest" # ERROR: Invalid value for variable: The tag latest is not a version. This is about the value of var.tag from --var.
    error_message = "The tag ${var.tag} is not a version."
  }
  validation {
    condition     = "maybe" # ERROR: Invalid condition: The condition of a validation must be true or false.
    error_message = "Never seen."
  }
}

variable "port" {
  default = 80
  validation {
    condition     = var.port > 1024 # ERROR: Invalid value for variable: Ports below 1025 are taken. This is about the value of var.port, its default.
    error_message = "Ports below 1025 are taken."
  }
}
