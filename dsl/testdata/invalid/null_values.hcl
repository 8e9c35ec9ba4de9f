release "r" { namespace = null }

config "c" { data = null } # ERROR: Invalid value: "data" is required, so it must not be null.

output "o" { value = null }

app "a" {
  image   = "nginx"
  command = null
  env     = null
  port "http" {
    number = null # ERROR: Invalid value: "number" is required, so it must not be null.
  }
  readiness { # ERROR: Invalid probe: A probe asks in one way: http, tcp, exec or grpc. This one has 0.
    tcp = null
  }
  mount "/x" { # ERROR: Invalid mount: A mount has one source: config, secret, fields, claim, empty_dir, host_path, nfs or projected.
    config = null
  }
}
