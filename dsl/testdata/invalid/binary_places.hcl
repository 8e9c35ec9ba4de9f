release "r" {}

locals { binary = base64decode("/w==") }

config "good" {
  data   = { binary = local.binary }
  labels = { binary = local.binary } # ERROR: Invalid value: "labels.binary" must be text, and this is binary.
}

app "a" {
  image   = local.binary # ERROR: Invalid value: "image" must be text, and this is binary.
  command = ["x", local.binary] # ERROR: Invalid value: "command[1]" must be text, and this is binary.
  config  = { BINARY = local.binary } # ERROR: Invalid value: The value of an environment variable must be text, and this is binary.
  env     = { BINARY = config.good.key.binary }
}
