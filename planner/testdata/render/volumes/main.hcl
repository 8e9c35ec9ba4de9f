release "shop" { namespace = "shop" }

config "nginx.conf" {
  data = { "nginx.conf" = "events {}", "mime.types" = "text" }
}

secret "tls" {
  data = { "tls.key" = "key" }
}

config "a-name-that-is-so-long-that-no-name-of-a-volume-can-hold-all-of-it" {
  data = { A = "1" }
}

app "web" {
  image = "nginx"

  # One volume for both: the same files.
  mount "/etc/nginx" { config = config["nginx.conf"] }
  mount "/etc/nginx-again/nginx.conf" {
    config   = config["nginx.conf"]
    sub_path = "nginx.conf"
  }
  # Another one: other files of the same data.
  mount "/etc/nginx-some" {
    config    = config["nginx.conf"]
    items     = { "nginx.conf" = "nginx.conf", "mime.types" = { path = "conf.d/mime.types", mode = "0400" } }
    mode      = "0440"
    read_only = true
  }
  mount "/etc/tls" {
    secret = secret.tls
    mode   = "0400"
  }
  mount "/etc/foreign" {
    secret   = "foreign"
    optional = true
  }
  mount "/etc/long" { config = config.a-name-that-is-so-long-that-no-name-of-a-volume-can-hold-all-of-it }
  # One volume for both: one claim.
  mount "/shared/a" {
    claim { existing = "shared-data" }
    sub_path = "a"
  }
  mount "/shared/b" {
    claim { existing = "shared-data" }
    sub_path = "b"
  }
  mount "/data" {
    claim {
      size          = "1024Mi"
      access_modes  = ["ReadWriteMany"]
      storage_class = ""
    }
  }
  # Two volumes whose paths make the same name.
  mount "/var/cache-a" {
    empty_dir {}
  }
  mount "/var/cache/a" {
    empty_dir {
      medium = "Memory"
      size   = "65536Ki"
    }
  }
  mount "/var/log" {
    host_path {
      path = "/var/log"
      type = "Directory"
    }
  }
  mount "/run" {
    host_path { path = "/run" }
  }
}
