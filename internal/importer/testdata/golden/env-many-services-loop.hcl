# ---- ping.hcl
# Two apps that name each other's Services in URLs.
app "ping" {
  image    = "ping:1"
  selector = { app = "ping" }
  env      = { PEER = "http://${app.pong.host}:${app.pong.port.http}/" }
  port "http" { number = 8080 }
}

# ---- pong.hcl
app "pong" {
  image    = "pong:1"
  selector = { app = "pong" }
  env      = { PEER = "http://ping.default.svc.cluster.local:8080/" }
  port "http" { number = 8080 }
}
