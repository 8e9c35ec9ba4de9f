# ---- node-exporter.hcl
# A DaemonSet with the host's network, pids, ipc and files, on all nodes.
app "node-exporter" {
  kind     = "DaemonSet"
  image    = "prom/node-exporter:v1.8.1"
  labels   = { app = "node-exporter" }
  selector = { app = "node-exporter" }
  args     = ["--path.rootfs=/host"]

  port "metrics" {
    number    = 9100
    host_port = 9100
    exposed   = false
  }

  volume "root" {
    host_path { path = "/" }
  }

  volume "sock" {
    host_path {
      path = "/run/containerd/containerd.sock"
      type = "Socket"
    }
  }

  mount "/host" {
    volume      = "root"
    read_only   = true
    propagation = "HostToContainer"
  }

  mount "/run/containerd/containerd.sock" { volume = "sock" }

  security {
    privileged   = true
    capabilities = { add = ["SYS_TIME", "NET_ADMIN"] }
  }

  host {
    network = true
    pid     = true
    ipc     = true
  }

  dns { policy = "ClusterFirstWithHostNet" }

  toleration {}

  rollout {
    max_unavailable = "10%"
    min_ready       = "5s"
  }

  override "DaemonSet" { spec = { revisionHistoryLimit = 3 } }
}
