release "r" {}

app "web" {
  image = "nginx"
  port "http" { number = 80 }
  port "more" { number = 81 }
}

app "worker" {
  image = "nginx"
}

app "weighed" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [10]
    traffic  = "ingress-nginx"
  }
}

app "gated" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "canary"
    steps    = [10]
    traffic  = "gateway-api"
  }
}

ingress "Upper" { # ERROR: Invalid name: The name of an ingress must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
  host "a.example.com" {
    path "/" {
      app  = app.web
      port = "http"
    }
  }
}

ingress "empty" {} # ERROR: Missing block: An ingress needs a host block, or a default one, that says where requests lead.

ingress "hosts" {
  host "Shop.example.com" { # ERROR: Invalid name: The host "Shop.example.com" must be a DNS name in lower case, such as "shop.example.com" or "*.example.com".
    path "/" { app = app.gated }
  }
  host "10.0.0.1" { # ERROR: Invalid name: The host "10.0.0.1" must be a DNS name in lower case, such as "shop.example.com" or "*.example.com", and not an address.
    path "/" { app = app.gated }
  }
  host "a.*.example.com" { # ERROR: Invalid name: The host "a.*.example.com" must be a DNS name in lower case, such as "shop.example.com" or "*.example.com".
    path "/" { app = app.gated }
  }
  host "bare.example.com" {} # ERROR: Missing block: A host needs a path block, such as path "/" { app = app.NAME }.
  host "twice.example.com" {
    path "/" { app = app.gated }
  }
  host "twice.example.com" { # ERROR: Duplicate block: There is a host "twice.example.com" already at main.hcl:55.
    path "/" { app = app.gated }
  }
}

ingress "paths" {
  host "*" {
    path "relative" { app = app.gated } # ERROR: Invalid path: The path "relative" must start with a slash.
    path "/a//b" { app = app.gated } # ERROR: Invalid path: The path "/a//b" must not have "//" in it.
    path "/a/.." { app = app.gated } # ERROR: Invalid path: The path "/a/.." must not end in dots.
    path "/twice" { app = app.gated }
    path "/twice" { app = app.gated } # ERROR: Duplicate block: The path "/twice" leads somewhere already at main.hcl:68.
    path "/type" {
      app  = app.gated
      type = "prefix" # ERROR: Invalid value: "type" must be "Prefix", "Exact" or "ImplementationSpecific", not "prefix". Did you mean "Prefix"?
    }
  }
}

ingress "backends" {
  class = "Nginx" # ERROR: Invalid value: "class" must be a DNS name: lower-case letters, digits, dashes and dots, with a letter or digit at both ends of each part.
  host "*" {
    path "/none" {} # ERROR: Missing required argument: This needs an app, as in app = app.NAME, or the name of a service.
    path "/both" { # ERROR: Conflicting arguments: app and service both say where requests lead. Leave out one of them.
      app     = app.gated
      service = "other"
    }
    path "/unknown" { app = "wep" } # ERROR: Unknown reference: There is no app "wep". Did you mean "web"?
    path "/reference" { app = app.wep } # ERROR: Unknown reference: There is no app "wep". Did you mean "web"?
    path "/number" { app = [app.web] } # ERROR: Invalid value: "app" must be an app, as in app.NAME.
    path "/worker" { app = app.worker } # ERROR: Invalid value: app.worker has no port block, and so no Service that requests could lead to.
    path "/port" { app = app.web } # ERROR: Missing required argument: port is needed, since app.web has "http" or "more".
    path "/which" {
      app  = app.web
      port = "htp" # ERROR: Unknown port: The Service of app.web has no port "htp". Did you mean "http"?
    }
    path "/foreign" { service = "other" } # ERROR: Missing required argument: The Service "other" is not of this configuration, so that its port is not known: give its name or number.
    path "/name" {
      service = "other"
      port    = "NO" # ERROR: Invalid value: "port" must be the name or the number of a port.
    }
  }
}

ingress "gateway" { # ERROR: Conflicting arguments: class belongs to an Ingress, and gateway makes an HTTPRoute, whose Gateway has a class. Leave out one of them.
  class = "nginx"
  host "*" {
    path "/" { app = app.weighed }
  }
  gateway { name = "public" }
}

ingress "gateway-default" { # ERROR: Conflicting arguments: An HTTPRoute has no default. Write host "*" with path "/" in an ingress block of its own.
  default { app = app.weighed }
  gateway { name = "public" }
}

ingress "gateway-tls" {
  host "*" {
    path "/" { app = app.weighed }
  }
  tls { secret = "Tls" } # ERROR: Invalid value: "secret" must be a DNS name: lower-case letters, digits, dashes and dots, with a letter or digit at both ends of each part.
  gateway {} # ERROR: Missing required argument: The argument "name" is required, but no definition was found.
}

ingress "gateway-certificate" { # ERROR: Conflicting arguments: With gateway, certificates belong to the listeners of the Gateway. Leave out tls.
  host "*" {
    path "/" { app = app.weighed }
  }
  tls {}
  gateway { name = "public" }
}

ingress "gateway-hosts" {
  host "a.example.com" {
    path "/" { # ERROR: Conflicting arguments: An HTTPRoute matches paths by "Prefix" or "Exact".
      app  = app.weighed
      type = "ImplementationSpecific"
    }
  }
  host "b.example.com" { # ERROR: Conflicting arguments: An HTTPRoute leads all its hosts to the same places. Write an ingress block for each host.
    path "/" { # ERROR: Conflicting arguments: An HTTPRoute knows the ports of Services by number, and "http" is a name.
      service = "other"
      port    = "http"
    }
  }
  gateway { name = "public" }
}
