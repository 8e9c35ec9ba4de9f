release "r" {}

locals {
  kib = join("", [for i in range(1024) : "x"])
  mib = join("", [for i in range(1024) : local.kib])
}

config "c" {
  data = {
    small = "x"
    large = local.mib # ERROR: Too much data: config.c holds 1048577 bytes, and a ConfigMap holds at most 1048576 (1 MiB). The largest key is "large" with 1048576 bytes.
  }
}

app "a" {
  image  = "nginx"
  secret = { LARGE = "${local.mib}x" } # ERROR: Too much data: The secret of app.a holds 1048577 bytes, and a Secret holds at most 1048576 (1 MiB). The largest key is "LARGE" with 1048577 bytes.
}
