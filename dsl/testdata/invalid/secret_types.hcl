release "r" {}

secret "tls" { # ERROR: Missing key: A Secret of type kubernetes.io/tls needs the key "tls.key".
  type = "kubernetes.io/tls"
  data = { "tls.crt" = "x" }
}

secret "auth" { # ERROR: Missing key: A Secret of type kubernetes.io/basic-auth needs the key "username" or "password".
  type = "kubernetes.io/basic-auth"
  data = { user = "x" }
}

secret "type" {
  type = "not a type" # ERROR: Invalid value: "type" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it.
  data = {}
}
