# Who the processes of a pod are, and what they may do.

release "security" { namespace = "example-security" }

# As little as possible. User, group and seccomp hold for all containers of the pod.
app "web" {
  image = "example.com/web:1.0"
  port "http" { number = 8080 }
  security {
    user                 = 10001
    group                = 10001
    non_root             = true
    seccomp              = "RuntimeDefault"
    fs_group             = 20001
    fs_group_policy      = "OnRootMismatch"
    supplemental_groups  = [30001, 30002]
    sysctls              = { "net.ipv4.ip_unprivileged_port_start" = 0 }
    read_only_root       = true
    privilege_escalation = false
    capabilities         = { drop = ["ALL"], add = ["NET_BIND_SERVICE"] }
  }
  volume "scratch" {
    empty_dir {}
  }
  mount "/tmp" { volume = "scratch" }

  # Says otherwise: it has to be root to give files away.
  init_container "owner" {
    image   = "busybox:1.37"
    command = ["chown", "-R", "10001", "/tmp"]
    mount "/tmp" { volume = "scratch" }
    security {
      user                 = 0
      non_root             = false
      privilege_escalation = false
      capabilities         = { drop = ["ALL"], add = ["CHOWN"] }
    }
  }
}

# All that root on the node may do.
app "tuner" {
  image = "example.com/tuner:1.0"
  security {
    seccomp    = "Unconfined"
    privileged = true
  }
}
