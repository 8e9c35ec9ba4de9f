variable "replicas" { default = 1 }

app "cache" {
  image    = "valkey:9"
  replicas = var.replicas
  port "tcp" { number = 6379 }
}

output "host" { value = app.cache.host }
