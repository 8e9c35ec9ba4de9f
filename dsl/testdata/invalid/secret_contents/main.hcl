release "r" {}

secret "words" {
  type = "kubernetes.io/tls"
  data = {
    "tls.crt" = "certificate" # ERROR: Invalid content: "tls.crt" holds no certificate in PEM, which starts with -----BEGIN CERTIFICATE-----.
    "tls.key" = "key" # ERROR: Invalid content: "tls.key" holds no private key in PEM, which starts with a line such as -----BEGIN PRIVATE KEY-----.
  }
}

secret "exchanged" {
  type = "kubernetes.io/tls"
  data = {
    "tls.crt" = file("tls.key") # ERROR: Invalid content: "tls.crt" holds something besides certificates in PEM.
    "tls.key" = file("tls.crt") # ERROR: Invalid content: "tls.key" holds no private key in PEM, which starts with a line such as -----BEGIN PRIVATE KEY-----.
  }
}

secret "another" {
  type = "kubernetes.io/tls"
  data = {
    "tls.crt" = file("tls.crt")
    "tls.key" = file("other.key") # ERROR: Invalid content: "tls.key" is not the private key of the certificate in "tls.crt".
  }
}

secret "locked" {
  type = "kubernetes.io/tls"
  data = {
    "tls.crt" = file("tls.crt")
    "tls.key" = file("locked.key") # ERROR: Invalid content: "tls.key" holds a private key under a password, which nobody would enter.
  }
}

secret "broken" {
  type = "kubernetes.io/tls"
  data = {
    "tls.crt" = file("tls.crt")
    "tls.key" = "-----BEGIN PRIVATE KEY-----\nMTIzNA==\n-----END PRIVATE KEY-----\n" # ERROR: Invalid content: "tls.key" holds a private key that cannot be read.
  }
}

secret "ssh" {
  type = "kubernetes.io/ssh-auth"
  data = { "ssh-privatekey" = "ssh-ed25519 AAAA" } # ERROR: Invalid content: "ssh-privatekey" holds no private key in PEM, which starts with a line such as -----BEGIN PRIVATE KEY-----.
}

secret "docker" {
  type = "kubernetes.io/dockerconfigjson"
  data = { ".dockerconfigjson" = "auths: {}" } # ERROR: Invalid content: ".dockerconfigjson" must be the text of a Docker configuration in JSON; dockerconfig() writes it.
}

secret "empty" {
  type = "kubernetes.io/dockerconfigjson"
  data = { ".dockerconfigjson" = jsonencode({ credsStore = "desktop" }) } # ERROR: Invalid content: ".dockerconfigjson" has no "auths" with the registries in it; dockerconfig() writes it.
}

secret "older" {
  type = "kubernetes.io/dockercfg"
  data = { ".dockercfg" = "{" } # ERROR: Invalid content: ".dockercfg" must be the text of a Docker configuration in JSON; dockerconfig() writes it.
}

secret "token" { # ERROR: Invalid secret: A Secret of type kubernetes.io/service-account-token is filled by the cluster: it needs the annotation "kubernetes.io/service-account.name", and versioned = false.
  type = "kubernetes.io/service-account-token"
  data = {}
}

secret "credentials" {
  data = {
    text = dockerconfig("registry.example.com") # ERROR: Invalid function argument: Invalid value for "registries" parameter: must be credentials by registry, as in { "registry.example.com" = { username = "x", password = "y" } }.
    half = dockerconfig({ "registry.example.com" = { username = "x" } }) # ERROR: Invalid function argument: Invalid value for "registries" parameter: must be credentials by registry, as in { "registry.example.com" = { username = "x", password = "y" } }.
    null = dockerconfig({ "registry.example.com" = { username = "x", password = null } }) # ERROR: Invalid function argument: Invalid value for "registries" parameter: the username and the password of "registry.example.com" must not be null.
  }
}
