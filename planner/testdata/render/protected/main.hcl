release "shop" { namespace = "shop" }

config "shared" {
  versioned = false
  data      = { COLOR = "green" }
  lifecycle { prevent_destroy = true }
}

secret "signing" {
  data        = { key = "k" }
  annotations = { note = "x" }
  lifecycle { prevent_destroy = true }
}

secret "other" {
  data = { key = "k" }
  lifecycle { prevent_destroy = false }
}

app "db" {
  kind   = "StatefulSet"
  image  = "mysql:5.7"
  config = { A = "b" }
  port "tcp" { number = 3306 }
  mount "/data" {
    claim { size = "1Gi" }
  }
  lifecycle { prevent_destroy = true }
}

app "files" {
  image = "nginx"
  mount "/data" {
    claim { size = "1Gi" }
  }
  resources { requests = { cpu = 1 } }
  autoscale {
    max = 2
    cpu = 50
  }
  lifecycle { prevent_destroy = true }
}
