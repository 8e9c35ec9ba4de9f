release "r" {}

app "a" {
  image  = "nginx"
  labels = { "-x" = "y", "a/b/c" = "d", "Example.com/x" = "y", ok = "-", number = 1, list = [] } # ERROR: Invalid key: The key "-x" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it. # ERROR: Invalid key: The key "a/b/c" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it. # ERROR: Invalid key: The key "Example.com/x" must have a DNS name before the slash. # ERROR: Invalid value: "labels.ok" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends. # ERROR: Invalid value: "labels.list" must be text, not tuple.
  annotations = {
    "stowage.dev/app" = "x" # ERROR: Invalid key: The key "stowage.dev/app" is set by stowage itself.
    "a/"              = "x" # ERROR: Invalid key: The key "a/" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it.
    ok                = "any text, at all"
  }
  port "http" { number = 80 }
  service {
    annotations = { "b c" = "d" } # ERROR: Invalid key: The key "b c" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it.
  }
}
