release "security" { namespace = "shop" }

app "web" {
  image = "example.com/web:1.0"
  port "http" {
    number    = 8080
    host_port = 80
  }
  security {
    user                       = 1000
    group                      = 3000
    non_root                   = true
    seccomp                    = "RuntimeDefault"
    app_armor                  = "localhost/web"
    selinux                    = { level = "s0:c123,c456", type = "web_t" }
    fs_group                   = 2000
    fs_group_policy            = "OnRootMismatch"
    supplemental_groups        = [4000, 5000]
    supplemental_groups_policy = "Strict"
    sysctls                    = { "net.core.somaxconn" = 1024, "kernel.shm_rmid_forced" = "1" }
    read_only_root             = true
    privilege_escalation       = false
    capabilities               = { drop = ["ALL"], add = ["NET_BIND_SERVICE"] }
  }
  host_aliases = { "10.1.2.3" = ["db.example.com", "db"], "10.1.2.4" = ["cache"] }
  dns {
    policy      = "None"
    nameservers = ["10.0.0.53"]
    searches    = ["shop.example.com"]
    options     = { ndots = 2, edns0 = "" }
  }
  init_container "permissions" {
    image = "busybox:1.37"
    security {
      user       = 0
      non_root   = false
      seccomp    = "localhost/profiles/fix.json"
      privileged = true
    }
  }
}

app "node" {
  kind  = "DaemonSet"
  image = "example.com/node:1.0"
  port "metrics" { number = 9100 }
  host {
    network = true
    pid     = true
    ipc     = true
    users   = true
  }
  dns { policy = "ClusterFirstWithHostNet" }
  security { privileged = true }
}
