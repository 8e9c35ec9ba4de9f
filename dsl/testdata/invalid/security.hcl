release "r" {}

app "web" {
  image = "nginx"
  security { # ERROR: Conflicting arguments: User 0 is root, which non_root = true forbids: app.web could not start.
    user                 = 0
    non_root             = true
    group                = -1 # ERROR: Invalid value: "group" must be a whole number from 0 to 2147483647.
    seccomp              = "runtimeDefault" # ERROR: Invalid value: "seccomp" must be "RuntimeDefault", "Unconfined", or "localhost/" and the profile of the node.
    app_armor            = "localhost/" # ERROR: Invalid value: "app_armor" must be "RuntimeDefault", "Unconfined", or "localhost/" and the profile of the node.
    selinux              = { leval = "s0" } # ERROR: Unsupported argument: "selinux" does not take "leval". Did you mean "level"?
    fs_group             = "x" # ERROR: Invalid value: "fs_group" is not valid: a number is required.
    fs_group_policy      = "Never" # ERROR: Invalid value: "fs_group_policy" must be "OnRootMismatch" or "Always", not "Never".
    supplemental_groups  = 5 # ERROR: Invalid value: "supplemental_groups" must be a list of numbers, as in [1000, 2000].
    sysctls              = { "Net.core" = 1 } # ERROR: Invalid key: The key "Net.core" must be the name of a kernel parameter, such as "net.core.somaxconn".
    capabilities         = { add = ["CAP_NET_ADMIN", "net admin"], remove = [] } # ERROR: Invalid value: "add[0]" must be written without "CAP_", as in "NET_ADMIN". # ERROR: Invalid value: "add[1]" must be a capability, such as "NET_BIND_SERVICE", or "ALL". # ERROR: Unsupported argument: "capabilities" does not take "remove".
    read_only_root       = "maybe" # ERROR: Invalid value: "read_only_root" is not valid: a bool is required.
  }
  container "a" {
    image = "nginx"
    security { # ERROR: Conflicting arguments: A privileged container has all rights already; privilege_escalation = false does not go with privileged = true.
      fs_group             = 1 # ERROR: Unsupported argument: An argument named "fs_group" is not expected here.
      privileged           = true
      privilege_escalation = false
    }
  }
  container "b" {
    image = "nginx"
    security { # ERROR: Conflicting arguments: The capability SYS_ADMIN lets processes get more rights; privilege_escalation = false does not go with it.
      capabilities         = { add = ["SYS_ADMIN"] }
      privilege_escalation = false
    }
  }
  container "c" {
    image = "nginx"
    security {}
    security {} # ERROR: Duplicate block: There can be one security block here; there is one already at main.hcl:36.
  }
}

app "root" {
  image = "nginx"
  security { # ERROR: Conflicting arguments: User 0 is root, which non_root = true forbids: app.root could not start.
    user     = 0
    non_root = true
  }
}

app "other" {
  image = "nginx"
  security { non_root = true }
  container "a" {
    image = "nginx"
    security { user = 0 } # ERROR: Conflicting arguments: User 0 is root, which non_root = true forbids: container "a" of app.other could not start.
  }
  container "b" {
    image = "nginx"
    security {
      user     = 0
      non_root = false
    }
  }
}
