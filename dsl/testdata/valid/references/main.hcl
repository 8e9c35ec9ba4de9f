release "refs" {}

locals {
  url  = "http://${app.api.host}:${app.api.port.http}/"
  twice = "${local.url}?again"
}

config "shared" {
  data = { URL = local.twice }
}

app "api" {
  image = "api:1"
  port "http" {
    number       = 8080
    service_port = 80
  }
}

app "web" { # waits for api through two locals
  image = "web:1"
  args  = [local.twice]
  port "http" { number = 80 }
}

app "reader" { # waits for the config, which waits for api
  image = "reader:1"
  env_from { config = config.shared }
}

app "named" { # a name is a reference too
  image = "named:1"
  env   = { IMAGE = app.api.image, VERSION = app.web.version, NAME = app.web["name"] }
}

app "literal" { # orders it too, with a warning
  image = "literal:1"
  env   = { URL = "http://web.default.svc.cluster.local/" }
}
