# ---- a.hcl
# Apps that name each other in a ring, through a ConfigMap too. One of the references must stay text.
app "a" {
  image    = "a"
  selector = { app = "a" }
  config   = { NEXT = "http://${app.b.host}:${app.b.port.http}" }
  env      = { SELF = "http://a:8080/" }
  port "http" { number = 8080 }
}

# ---- b.hcl
app "b" {
  image    = "b"
  selector = { app = "b" }
  args = [
    "--next=http://${app.c.host}.default.svc:${app.c.port.http}",
    "--price=$http://${app.c.host}:${app.c.port.http}",
    "c",
  ]
  port "http" { number = 8080 }
}

# ---- c.hcl
app "c" {
  image    = "c"
  selector = { app = "c" }
  env      = { A_HOST = "a.default.svc.cluster.local", SEEDS = "a:8080,b:8080,nobody:8080,a:9999" }
  port "http" { number = 8080 }

  affinity {
    app    = "a"
    within = "zone"
    weight = 10
  }
}

# renamed: ConfigMap ring to a-config-*
