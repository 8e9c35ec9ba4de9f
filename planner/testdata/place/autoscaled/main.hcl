release "shop" {}

app "web" {
  image = "nginx:1.27"
  port "http" { number = 80 }
  resources { requests = { cpu = "100m" } }
  autoscale {
    min = 2
    max = 8
    cpu = 80
  }
  rollout {
    strategy = "blue-green"
    preview  = false
  }
}
