release "data" {}

variable "token" {
  type      = string
  sensitive = true
  default   = "canary"
}

config "literals" {
  data = {
    text     = "plain"
    zeros    = "0123"
    yes      = "yes"
    exponent = "1e3"
    number   = 1e3
    half     = 0.5
    tenth    = 0.1
    big      = 9223372036854775807
    bigger   = 18446744073709551615
    negative = -9007199254740993
    bool     = true
    nothing  = null
    yaml     = yamlencode({ a = [1, "two"], big = 9007199254740993 })
    heredoc  = <<-EOT
      two
        lines
    EOT
  }
  labels      = { tier = "web" }
  annotations = { "example.com/Note" = "any text: ✓" }
}

config "same" { # the same content under another name: the same version
  data = { a = 1 }
}
config "same-again" {
  data   = { a = "1" }
  labels = { other = "label" }
}

config "files" {
  data = merge(dirfiles("conf"), envfile("app.env"), {
    "renamed.sh"  = file("conf/run.sh")
    "decoded.bin" = base64decode("/wD+")
  })
}

config "matched" {
  data = { for name in fileset("conf", "**/*.{conf,sh}") : replace(name, "/", ".") => file("conf/${name}") }
}

config "hot" {
  versioned = false
  data      = { a = "b" }
}

secret "opaque" {
  data = {
    token  = var.token
    url    = "https://x:${var.token}@host/"
    number = 12345678901234567890
    binary = filebase64("conf/logo.bin")
    raw    = file("conf/logo.bin")
  }
}

secret "tls" {
  type = "kubernetes.io/tls"
  data = { "tls.crt" = file("tls.crt"), "tls.key" = file("tls.key") }
}

secret "hot" {
  versioned = false
  data      = { a = config.hot.key.a }
}

secret "registries" {
  type = "kubernetes.io/dockerconfigjson"
  data = { ".dockerconfigjson" = dockerconfig({
    "registry.example.com" = { username = "robot", password = var.token }
    "other.example.com"    = { username = "x", password = "<&>" }
  }) }
}

secret "basic" {
  type = "kubernetes.io/basic-auth"
  data = { username = "admin", password = var.token }
}

secret "ssh" {
  type = "kubernetes.io/ssh-auth"
  data = { "ssh-privatekey" = file("tls.key") }
}

secret "token" { # the cluster fills it
  type        = "kubernetes.io/service-account-token"
  versioned   = false
  annotations = { "kubernetes.io/service-account.name" = "robot" }
  data        = {}
}
