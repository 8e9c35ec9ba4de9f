release "r" {}

secret "s" {
  data = { password = "x" }
}

app "a" {
  image = "nginx"
  env = {
    "A B"  = "x" # ERROR: Invalid key: The key "A B" must be the name of an environment variable: letters, digits, underscores, dashes and dots, no digit first.
    "9"    = "x" # ERROR: Invalid key: The key "9" must be the name of an environment variable: letters, digits, underscores, dashes and dots, no digit first.
    LIST   = ["x"] # ERROR: Invalid value: The value of an environment variable must be text, not tuple; jsonencode() or yamlencode() make text of it.
    KEY    = { secret = secret.s, key = "pasword" } # ERROR: Unknown key: secret.s has no key "pasword". Did you mean "password"?
    NONE   = { key = "x" } # ERROR: Invalid value: "NONE" must name one place: { secret = NAME, key = KEY }, { config = NAME, key = KEY }, { field = FIELD } or { resource = RESOURCE }.
    BOTH   = { secret = secret.s, config = "x", key = "password" } # ERROR: Invalid value: "BOTH" must name one place: { secret = NAME, key = KEY }, { config = NAME, key = KEY }, { field = FIELD } or { resource = RESOURCE }.
    TYPO   = { secret = secret.s, kye = "password" } # ERROR: Unsupported argument: "TYPO" does not take "kye". Did you mean "key"?
    TWICE  = 1
    TWICE  = 2 # ERROR: Duplicate key: "TWICE" is already written at main.hcl:17; only one of the two could count.
    BINARY = base64decode("/w==") # ERROR: Invalid value: The value of an environment variable must be text, and this is binary.
  }
}

app "b" {
  image = "nginx"
  secret = { PASSWORD = "x" }
  env    = { PASSWORD = "${secret.s.key.password}!" } # ERROR: Duplicate key: PASSWORD is also in the secret of app.b; only one of the two could count.
  env_from {} # ERROR: Invalid block: An env_from block takes from one place: config or secret.
  env_from { # ERROR: Invalid block: An env_from block takes from one place: config or secret.
    config = "x"
    secret = "y"
  }
  env_from {
    secret = secret.s
    prefix = "not a prefix" # ERROR: Invalid value: "prefix" must be the name of an environment variable: letters, digits, underscores, dashes and dots, no digit first.
  }
}

app "c" {
  image  = "nginx"
  config = { "a-b=c" = "x" } # ERROR: Invalid key: The key "a-b=c" must be the name of an environment variable: letters, digits, underscores, dashes and dots, no digit first.
}
