# Where the files of a container can come from.

release "volumes" { namespace = "example-volumes" }

config "site" {
  data = { "site.conf" = "listen 8080", "mime.types" = "text/html html" }
}

secret "keys" {
  data = { "signing.key" = "example" }
}

app "media" {
  image = "example.com/media:1.0"
  env   = { POD = { field = "metadata.name" } }

  # Storage that outlives the pods. The worker below sees a part of it.
  volume "library" {
    claim { size = "1Gi" }
  }
  mount "/library" { volume = "library" }

  # A file server.
  volume "archive" {
    nfs {
      server    = "files.example.com"
      path      = "/exports/archive"
      read_only = true
    }
  }
  mount "/archive" { volume = "archive" }

  # Scratch space: in memory, on disk with a limit, and one directory of it for each pod.
  volume "cache" {
    empty_dir {
      medium = "Memory"
      size   = "64Mi"
    }
  }
  mount "/cache" { volume = "cache" }
  volume "spool" {
    empty_dir { size = "1Gi" }
  }
  mount "/spool" {
    volume        = "spool"
    sub_path_expr = "of/$(POD)"
  }

  # Of the node.
  volume "logs" {
    host_path {
      path = "/var/log/media"
      type = "DirectoryOrCreate"
    }
  }
  mount "/logs" {
    volume      = "logs"
    propagation = "HostToContainer"
  }

  # Files of a config, one single file of it, and files of a secret that only some can read.
  volume "site" {
    config = config.site
    items  = { "site.conf" = "conf/site.conf", "mime.types" = { path = "mime.types", mode = "0444" } }
    mode   = "0440"
  }
  mount "/etc/site" {
    volume    = "site"
    read_only = true
  }
  volume "mime" { config = config.site }
  mount "/etc/mime.types" {
    volume   = "mime"
    sub_path = "mime.types"
  }
  volume "keys" {
    secret = secret.keys
    mode   = "0400"
  }
  mount "/keys" { volume = "keys" }

  # What the pod knows of itself.
  volume "self" {
    fields = {
      labels      = { field = "metadata.labels" }
      "limits/ms" = { resource = "limits.cpu", container = "media", divisor = "1m" }
    }
  }
  mount "/self" { volume = "self" }

  # Several sources in one directory.
  volume "identity" {
    projected {
      mode = "0444"
      source { token = { path = "token", audience = "vault", lifetime = "2h" } }
      source { secret = secret.keys }
      source {
        config = config.site
        items  = { "site.conf" = "site.conf" }
      }
      source { fields = { namespace = { field = "metadata.namespace" } } }
    }
  }
  mount "/identity" { volume = "identity" }

  container "worker" {
    image = "example.com/worker:1.0"
    mount "/pictures" {
      volume    = "library"
      sub_path  = "pictures"
      read_only = true
    }
  }
}
