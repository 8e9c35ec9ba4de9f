# ---- api.hcl
# Pods with several containers, volumes of many kinds, and places where they run.
app "api" {
  image          = "registry.example.com/api:4"
  selector       = { app = "api" }
  container_name = "server"
  priority_class = resource.PriorityClass.important.name

  port "http" {
    number  = 8080
    exposed = false
  }

  port "grpc" {
    number  = 9090
    exposed = false
  }

  volume "logs" {
    empty_dir {}
  }

  volume "token" {
    projected {
      source {
        token = { path = "token", audience = "vault", lifetime = "2h" }
      }

      source {
        fields = { ns = { field = "metadata.namespace" } }
      }
    }
  }

  volume "cache" {
    host_path {
      path = "/var/cache/api"
      type = "DirectoryOrCreate"
    }
  }

  mount "/var/log/api" { volume = "logs" }

  mount "/etc/api" {
    config    = config.files
    items     = { "z.conf" = "z.conf", "a.conf" = { path = "sub/a.conf", mode = "0400" } }
    mode      = "0440"
    read_only = true
  }

  mount "/tmp" {
    empty_dir { size = "1Gi" }
  }

  mount "/var/run/token" { volume = "token" }

  mount "/cache" {
    volume   = "cache"
    sub_path = "api"
  }

  mount "/shared" { volume = "cache" }

  readiness {
    grpc          = { port = 9090 }
    initial_delay = "2m"
  }

  pre_stop { sleep = "5s" }

  init_container "migrate" {
    image   = "registry.example.com/api:4"
    command = ["/api", "migrate"]
    env_from { secret = "api" }
  }

  sidecar "proxy" {
    image = "envoy:1.30"

    port "proxy" {
      number  = 15001
      exposed = false
    }

    startup {
      tcp    = "proxy"
      period = "1s"
    }
  }

  # ships them
  container "logs" {
    image = "fluent/fluent-bit:3.1"

    mount "/logs" {
      volume    = "logs"
      read_only = true
    }

    security {
      user           = 0
      read_only_root = true
    }
  }

  toleration {
    key    = "dedicated"
    value  = "api"
    effect = "NoSchedule"
  }

  toleration {
    key    = "node.kubernetes.io/not-ready"
    effect = "NoExecute"
    for    = "1m"
  }

  node_affinity {
    label    = "disk"
    values   = ["ssd"]
    required = true
  }

  node_affinity {
    label    = "spot"
    operator = "DoesNotExist"
    required = true
  }

  anti_affinity { required = true }
}

config "files" {
  data = { "a.conf" = "a", "z.conf" = "z" }
}

# ---- resources.hcl
resource "PriorityClass" "important" {
  value = 1000
}

# renamed: ConfigMap files to files-*
