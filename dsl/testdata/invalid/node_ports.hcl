release "r" {}

app "a" {
  image = "nginx"
  port "http" {
    number    = 80
    node_port = 31080
  }
}

app "b" {
  image = "nginx"
  port "http" { # ERROR: Duplicate object: This would be a second Service with node port 31080 (TCP); the first is at main.hcl:5.
    number    = 80
    node_port = 31080
  }
}
