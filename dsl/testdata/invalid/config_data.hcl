release "r" {}

config "Bad_Name" { data = {} } # ERROR: Invalid name: The name of a config must be a DNS name: lower-case letters, digits, dashes and dots, with a letter or digit at both ends of each part.

config "c" {
  data = {
    "a/b"  = "x" # ERROR: Invalid key: The key "a/b" must be made of letters, digits, dashes, underscores and dots.
    ".."   = "x" # ERROR: Invalid key: The key ".." must not be the name of a directory.
    list   = ["a"] # ERROR: Invalid value: The value of a key must be text, not tuple; jsonencode() or yamlencode() make text of it.
    object = { a = 1 } # ERROR: Invalid value: The value of a key must be text, not object; jsonencode() or yamlencode() make text of it.
    same   = 1
    same   = 2 # ERROR: Duplicate key: "same" is already written at main.hcl:11; only one of the two could count.
  }
  versioned = "sometimes" # ERROR: Invalid value: "versioned" is not valid: a bool is required.
}

config "list" { data = ["a"] } # ERROR: Invalid value: "data" must be a map, as in { KEY = "value" }.

config "labels" {
  data        = {}
  labels      = { "stowage.dev/release" = "x", "a b" = "c", ok = "not ok" } # ERROR: Invalid key: The key "stowage.dev/release" is set by stowage itself. # ERROR: Invalid key: The key "a b" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it. # ERROR: Invalid value: "labels.ok" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends.
  annotations = { "stowage.dev/x" = "y" } # ERROR: Invalid key: The key "stowage.dev/x" is set by stowage itself.
}
