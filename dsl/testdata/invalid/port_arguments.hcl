release "r" {}

app "numbers" {
  image = "nginx"
  port "0" {} # ERROR: Invalid name: The name of a port must have a letter in it, as in "http", or be a number from 1 to 65535. # ERROR: Missing required argument: The argument "number" is required, but no definition was found.
  port "65536" { number = 1 } # ERROR: Invalid name: The name of a port must have a letter in it, as in "http", or be a number from 1 to 65535.
}

app "unnumbered" {
  image = "nginx"
  port "http" {} # ERROR: Missing required argument: The argument "number" is required, but no definition was found.
}

app "nameless" {
  image = "nginx"
  port "8080" {} # ERROR: Missing required argument: The Service "nameless" has 3 ports, each of which needs a name: give the port a service_name.
  port "8081" { service_name = "more" }
  port "8080" { # ERROR: Missing required argument: The Service "nameless" has 3 ports, each of which needs a name: give the port a service_name.
    protocol = "UDP"
  }
}

app "twice" {
  image = "nginx"
  port "8080" { service_name = "a" }
  port "8080" { service_name = "b" } # ERROR: Duplicate port: There is a port "8080" already at main.hcl:25.
  port "a" { number = 8081 } # ERROR: Duplicate port: The port "8080" at main.hcl:25 has the name "a" in the Service already.
}

app "nothing" {
  image = "nginx"
  port "http" {
    number       = 80
    exposed      = false
    service_port = 8080 # ERROR: Conflicting arguments: service_port says something of the Service's port, and with exposed = false there is none.
    target       = "8080" # ERROR: Conflicting arguments: target says something of the Service's port, and with exposed = false there is none.
  }
  port "admin" {
    number    = 81
    declared  = false
    host_port = 81 # ERROR: Conflicting arguments: host_port is part of the container's port, which declared = false leaves out.
  }
  port "none" { # ERROR: Conflicting arguments: A port that is neither exposed nor declared is none.
    number   = 82
    declared = false
    exposed  = false
  }
  port "useless" { # ERROR: Duplicate port: The port "http" at main.hcl:32 has the number 80 and protocol TCP already.
    number  = 80
    exposed = false
  }
}

app "targets" {
  image = "nginx"
  port "http" { # ERROR: Unknown port: The target of the port "http" is the port "htpt", which no container of app.targets lists. Did you mean "http"?
    number = 80
    target = "htpt"
  }
  port "admin" {
    number = 81
    target = "Admin!" # ERROR: Invalid value: "target" must be the name or the number of a port.
  }
  port "words" {
    number       = 82
    service_name = "Words" # ERROR: Invalid value: "service_name" must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
  }
}

app "hidden" {
  image = "nginx"
  port "http" {
    number  = 80
    exposed = false
  }
  service { type = "NodePort" } # ERROR: Service without a port: No port of app.hidden is exposed, and a Service without ports is not possible.
}
