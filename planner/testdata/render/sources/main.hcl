release "sources" { namespace = "shop" }

config "web" {
  data = { "web.conf" = "a", "extra.conf" = "b" }
}

secret "tls" {
  data = { "tls.key" = "key" }
}

app "web" {
  image = "example.com/web:1.0"

  volume "media" {
    nfs {
      server    = "files.example.com"
      path      = "/exports/media"
      read_only = true
    }
  }
  mount "/srv/media" { volume = "media" }
  mount "/srv/uploads" {
    sub_path_expr = "uploads/$(POD)"
    nfs {
      server = "10.0.0.9"
      path   = "/exports/uploads"
    }
  }
  env = { POD = { field = "metadata.name" } }

  mount "/etc/all" {
    read_only = true
    projected {
      mode = "0440"
      source {
        config = config.web
        items  = { "web.conf" = { path = "conf/web.conf", mode = "0400" } }
      }
      source {
        secret   = secret.tls
        optional = true
      }
      source { fields = { "pod/name" = { field = "metadata.name" }, "pod/cpu" = { resource = "limits.cpu", container = "web", divisor = "1m" } } }
      source { token = { path = "token", audience = "vault", lifetime = "2h" } }
      source { token = { path = "own" } }
    }
  }
  mount "/etc/podinfo" {
    mode = "0444"
    fields = {
      labels      = { field = "metadata.labels" }
      annotations = { field = "metadata.annotations", mode = "0400" }
      memory      = { resource = "requests.memory", container = "web" }
    }
  }
  mount "/cache" {
    empty_dir {
      medium = "HugePages-2Mi"
      size   = "16Mi"
    }
  }
  mount "/host/log" {
    propagation = "HostToContainer"
    host_path {
      path = "/var/log"
      type = "DirectoryOrCreate"
    }
  }
  mount "/dev/kvm" {
    host_path {
      path = "/dev/kvm"
      type = "CharDevice"
    }
  }
  volume "shared" {
    claim { existing = "shared-data" }
  }
  volume "own" {
    claim { size = "1Gi" }
  }
  mount "/shared" { volume = "shared" }
  mount "/own" { volume = "own" }
  container "reader" {
    image = "example.com/reader:1"
    mount "/shared" {
      volume    = "shared"
      read_only = true
      sub_path  = "reader"
    }
    mount "/own" { volume = "own" }
    mount "/srv/uploads" {
      nfs {
        server = "10.0.0.9"
        path   = "/exports/uploads"
      }
    }
  }
}
