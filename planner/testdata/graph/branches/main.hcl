release "shop" { namespace = "shop" }

# left and right have nothing to do with each other; join needs both, and
# by depends_on an app without a Service.
app "left" {
  image = "left"
  port "http" { number = 80 }
}

app "right" {
  image = "right"
  port "http" { number = 80 }
}

app "worker" { image = "worker" }

app "join" {
  image = "join"
  args  = [app.left.host, app.right.host]
  depends_on = [app.worker]
}
