# What is kept as it is written here: a web site behind a Service.

release "site" { namespace = "site" }

variable "editor_password" {
  description = "Password of the editors: in the cluster it comes from a Secret."
  type        = string
  sensitive   = true
}

config "pages" {
  data = { "index.html" = "<h1>Kept by stowage</h1>\n" }
}

app "site" {
  image    = "nginx:1.27"
  replicas = 2
  env      = { EDITOR_PASSWORD = var.editor_password }
  port "http" { number = 80 }
  mount "/usr/share/nginx/html" {
    config = config.pages
  }
}
