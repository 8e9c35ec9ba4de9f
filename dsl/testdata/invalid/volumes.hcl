release "r" {}

config "c" {
  data = { key = "x" }
}

app "web" {
  image = "nginx"
  volume "data" {
    claim { size = "1Gi" }
  }
  volume "data" { # ERROR: Duplicate volume: There is a volume "data" already at main.hcl:9.
    empty_dir {}
  }
  volume "Data" { # ERROR: Invalid name: The name of a volume must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
    empty_dir {}
  }
  volume "none" {} # ERROR: Invalid volume: A volume has one source: config, secret, fields, claim, empty_dir, host_path, nfs or projected.
  volume "two" { # ERROR: Invalid volume: A volume has one source: config, secret, fields, claim, empty_dir, host_path, nfs or projected.
    config = config.c
    empty_dir {}
  }
  mount "/typo" { volume = "date" } # ERROR: Unknown volume: app.web has no volume block "date". Did you mean "data"?
  mount "/both" { # ERROR: Invalid mount: With volume = "data" the source is that of the volume block; leave out the mount's own.
    volume = "data"
    empty_dir {}
  }
  mount "/moded" { # ERROR: Invalid mount: With volume = "data" the source is that of the volume block; leave out the mount's own.
    volume = "data"
    mode   = "0400"
  }
  mount "/paths" { # ERROR: Invalid mount: sub_path and sub_path_expr say the same in two ways. Leave out one of them.
    volume        = "data"
    sub_path      = "a"
    sub_path_expr = "b"
  }
  mount "/up" {
    volume        = "data"
    sub_path_expr = "../b" # ERROR: Invalid value: "sub_path_expr" must be a relative path without ".." in it.
  }
  mount "/spread" {
    volume      = "data"
    propagation = "Both" # ERROR: Invalid value: "propagation" must be "None", "HostToContainer" or "Bidirectional", not "Both".
  }
  mount "/spread2" { # ERROR: Conflicting arguments: Mounts that the node is to see can be made by a privileged container alone: propagation = "Bidirectional" needs security { privileged = true }.
    propagation = "Bidirectional"
    host_path { path = "/mnt" }
  }
  mount "/nfs" {
    nfs {
      server = "" # ERROR: Invalid value: "server" must not be empty.
      path   = "export" # ERROR: Invalid value: "path" must start with a slash.
    }
  }
  mount "/nfs2" {
    nfs { server = "files" } # ERROR: Missing required argument: The argument "path" is required, but no definition was found.
  }
  mount "/dir" {
    empty_dir {
      medium = "HugePages-0" # ERROR: Invalid value: "medium" must be more than 0.
      size   = "-1" # ERROR: Invalid value: "size" must be a quantity of Kubernetes, such as "250m", 0.5, "512Mi" or "1Gi".
    }
  }
  mount "/kind" {
    host_path {
      path = "/x"
      type = "Dir" # ERROR: Invalid value: "type" must be "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice" or "BlockDevice", not "Dir".
    }
  }
  mount "/fields" {
    optional = true
    fields = {
      "../up" = { field = "metadata.name" } # ERROR: Invalid key: The key "../up" must be a relative path without ".." in it.
      ip      = { field = "status.podIP" } # ERROR: Invalid value: "ip" must be a field of the pod, one of metadata.name, metadata.namespace, metadata.uid, metadata.labels, metadata.annotations, metadata.labels['KEY'], metadata.annotations['KEY']; "status.podIP" is none.
      cpu     = { resource = "limits.cpu" } # ERROR: Missing required argument: "cpu" needs the container whose limits.cpu it shows.
      other   = { resource = "limits.cpu", container = "wep" }
      both    = { field = "metadata.name", resource = "limits.cpu", container = "web" } # ERROR: Invalid value: "both" must name one place: { field = "metadata.name" } or { resource = "limits.memory" }.
      mode    = { field = "metadata.name", mode = 400 } # ERROR: Invalid value: "mode" must be a file mode in octal, in quotes and with a leading zero, such as "0440".
      bare    = "metadata.name" # ERROR: Invalid value: "bare" must be an object, as in bare = { ... }.
    }
  }
  mount "/empty" {
    projected {} # ERROR: Missing required block: A projected volume needs a source block for each of its sources.
  }
  mount "/projected" {
    items = { a = "a" }
    projected {
      mode = "9" # ERROR: Invalid value: "mode" must be a file mode in octal, in quotes and with a leading zero, such as "0440".
      source {} # ERROR: Invalid source: A source takes from one place: config, secret, fields or token.
      source { # ERROR: Invalid source: A source takes from one place: config, secret, fields or token.
        config = config.c
        token  = { path = "token" }
      }
      source {
        config = config.c
        items  = { kye = "x" } # ERROR: Unknown key: config.c has no key "kye". Did you mean "key"?
      }
      source { token = { audience = "x" } } # ERROR: Missing required argument: "token" needs "path".
      source { token = { path = "/abs", lifetime = "1m" } } # ERROR: Invalid value: "path" must be a relative path without ".." in it. # ERROR: Invalid value: "lifetime" must be at least 10m0s and at most 2147483647 seconds.
      source { # ERROR: Invalid source: items and optional go with config or secret, not with token.
        token = { path = "t" }
        items = { a = "b" }
      }
    }
  }
  container "other" {
    image = "nginx"
    mount "/a" {
      claim { # ERROR: Duplicate claim: The claim "web-data" is already made at main.hcl:10. Give one of the two a name, or, to show one claim in several places, give it a volume block.
        size = "1Gi"
        name = "web-data"
      }
    }
    mount "/b" { volume = "two" }
    mount "/b/" { # ERROR: Duplicate mount: /b is mounted already at main.hcl:114.
      empty_dir {}
    }
  }
}

app "db" {
  kind  = "StatefulSet"
  image = "nginx"
  volume "data" {
    empty_dir {}
  }
  mount "/data" {
    claim { size = "1Gi" } # ERROR: Duplicate volume: The pods have a volume "data" already, at main.hcl:124. Give the claim another name.
  }
  mount "/scratch" { volume = "data" }
}
