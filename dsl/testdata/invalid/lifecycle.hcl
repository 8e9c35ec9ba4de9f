release "r" {
  lifecycle { prevent_destroy = true } # ERROR: Unsupported block type: Blocks of type "lifecycle" are not expected here.
}

config "c" {
  data = {}
  lifecycle { prevent_destroy = "maybe" } # ERROR: Invalid value: "prevent_destroy" is not valid: a bool is required.
}

secret "s" {
  data = {}
  lifecycle { prevent_destroy = true }
  lifecycle { prevent_destroy = false } # ERROR: Duplicate block: There can be one lifecycle block here; there is one already at main.hcl:12.
}

app "a" {
  image = "nginx"
  lifecycle { prevent_destruction = true } # ERROR: Unsupported argument: An argument named "prevent_destruction" is not expected here.
}
