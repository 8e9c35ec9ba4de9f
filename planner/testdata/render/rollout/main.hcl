release "shop" { namespace = "shop" }

app "one-at-a-time" {
  image = "nginx"
  rollout { max_unavailable = 0 }
}

app "recreate" {
  image = "nginx"
  rollout { strategy = "recreate" }
}
