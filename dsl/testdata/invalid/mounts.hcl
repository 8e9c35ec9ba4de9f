release "r" {}

config "c" {
  data = { "app.conf" = "x" }
}

app "a" {
  image = "nginx"
  mount "relative" { # ERROR: Invalid path: The path of a mount must start with a slash.
    empty_dir {}
  }
  mount "/two" { # ERROR: Invalid mount: A mount has one source: config, secret, fields, claim, empty_dir, host_path, nfs or projected.
    empty_dir {}
    claim { size = "1Gi" }
  }
  mount "/none" {} # ERROR: Invalid mount: A mount has one source: config, secret, fields, claim, empty_dir, host_path, nfs or projected.
  mount "/same" {
    empty_dir { medium = "memory" } # ERROR: Invalid value: "medium" must be "Memory" or "HugePages", not "memory". Did you mean "Memory"?
  }
  mount "/same/" {
    empty_dir { size = "1GiB" } # ERROR: Invalid value: "size" must be a quantity of Kubernetes, such as "250m", 0.5, "512Mi" or "1Gi".
  }
  mount "/x" {
    host_path { path = "etc" } # ERROR: Invalid value: "path" must start with a slash.
  }
  mount "/host" {
    host_path {
      path = "/etc"
      type = "Dir" # ERROR: Invalid value: "type" must be "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice" or "BlockDevice", not "Dir".
    }
  }
}

app "b" {
  image = "nginx"
  mount "/items" {
    config = config.c
    items  = { "app.cnf" = "a.conf" } # ERROR: Unknown key: config.c has no key "app.cnf". Did you mean "app.conf"?
  }
  mount "/mode" {
    config = config.c
    mode   = 440 # ERROR: Invalid value: "mode" must be a file mode in octal, in quotes and with a leading zero, such as "0440".
  }
  mount "/item-mode" {
    config = config.c
    items  = { "app.conf" = { path = "../x", mode = "0999" } } # ERROR: Invalid value: "mode" must be a file mode in octal, in quotes and with a leading zero, such as "0440". # ERROR: Invalid value: "path" must be a relative path without ".." in it.
  }
  mount "/sub" {
    config   = config.c
    sub_path = "../x" # ERROR: Invalid value: "sub_path" must be a relative path without ".." in it.
  }
  mount "/wrong" { secret = config.c } # ERROR: Invalid value: "secret" must be a secret block, as in secret.NAME.
  mount "/unknown" { config = config.d } # ERROR: Unknown reference: There is no config "d".
  mount "/empty" { # ERROR: Invalid mount: mode goes with config, secret or fields, not with empty_dir.
    empty_dir {}
    mode = "0440"
  }
}

app "c" {
  image = "nginx"
  mount "/a" {
    claim {} # ERROR: Missing required argument: A claim needs a size, such as size = "1Gi", or existing, which names a claim that is there.
  }
  mount "/b" {
    claim { # ERROR: Conflicting arguments: With existing the claim is there already; size, name, access_modes and storage_class do not go with it.
      existing = "x"
      size     = "1Gi"
    }
  }
  mount "/c" {
    claim { size = "0" } # ERROR: Invalid value: "size" must be more than 0.
  }
  mount "/d" {
    claim {
      size         = "-1Gi" # ERROR: Invalid value: "size" must be a quantity of Kubernetes, such as "250m", 0.5, "512Mi" or "1Gi".
      access_modes = ["ReadWriteTwice"] # ERROR: Invalid value: "access_modes[0]" must be "ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany" or "ReadWriteOncePod", not "ReadWriteTwice".
    }
  }
  mount "/e" {
    claim {
      name = "data"
      size = "1Gi"
    }
  }
  mount "/f" {
    claim { # ERROR: Duplicate claim: The claim "data" is already made at main.hcl:81. Give one of the two a name, or, to show one claim in several places, give it a volume block.
      name = "data"
      size = "1Gi"
    }
  }
  mount "/colon:/x" { # ERROR: Invalid path: The path of a mount must not contain a colon.
    empty_dir {}
  }
}
