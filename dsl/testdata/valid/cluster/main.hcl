variable "uid" {
  type    = string
  default = null
}

variable "server" { default = "https://API.example.com" }

release "bound" {
  cluster {
    server = var.server
    uid    = var.uid
  }
}
