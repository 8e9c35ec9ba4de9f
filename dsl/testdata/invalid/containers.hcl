release "r" {}

app "web" {
  image = "nginx"
  port "http" { number = 80 }
  env = { SHARED = "x" }
  container "web" { image = "nginx" } # ERROR: Duplicate container: The container of app.web itself is named "web".
  container "Log" { image = "nginx" } # ERROR: Invalid name: The name of a container must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
  container "log" { image = "nginx" }
  sidecar "log" { image = "nginx" } # ERROR: Duplicate container: There is a container "log" already at main.hcl:9.
  container "none" {} # ERROR: Missing required argument: The argument "image" is required, but no definition was found.
  container "tagged" { image = "Nginx:1:2" } # ERROR: Invalid value: "image" must be an image reference such as "mysql:5.7" or "registry.example.com:5000/team/app:1.2"; the path is in lower case.
  container "ports" {
    image = "nginx"
    port "http" { number = 81 } # ERROR: Duplicate port: There is a port "http" already at main.hcl:5.
    port "again" { number = 80 } # ERROR: Duplicate port: Another container of the pod listens on 80 (TCP) already: its port "http" at main.hcl:5.
    port "third" { # ERROR: Duplicate port: The port "http" at main.hcl:5 has the service_port 80 already.
      number       = 82
      service_port = 80
    }
    readiness { tcp = "https" } # ERROR: Unknown port: container "ports" of app.web has no port "https". Did you mean "http"?
    liveness { http = {} } # ERROR: Missing required argument: "http" needs a port: container "ports" of app.web has 3 of them.
    startup { exec = ["true"] }
    replicas = 3 # ERROR: Unsupported argument: An argument named "replicas" is not expected here.
    rollout {} # ERROR: Unsupported block type: Blocks of type "rollout" are not expected here.
  }
  init_container "first" {
    image = "nginx"
    port "p" { number = 90 } # ERROR: Unsupported block type: Blocks of type "port" are not expected here.
    readiness { exec = ["true"] } # ERROR: Unsupported block type: Blocks of type "readiness" are not expected here.
    pre_stop { sleep = "1s" } # ERROR: Unsupported block type: Blocks of type "pre_stop" are not expected here.
  }
  sidecar "probed" {
    image = "nginx"
    readiness { tcp = "http" } # ERROR: Unknown port: sidecar "probed" of app.web has no port "http".
    resources { # ERROR: Invalid resources: The request of cpu, 2, is above its limit, 1.
      requests = { cpu = 2 }
      limits   = { cpu = 1 }
    }
    tty = true # ERROR: Conflicting arguments: A terminal is read from: tty needs stdin = true.
  }
  container "env" {
    image = "nginx"
    env = {
      "1"    = "x" # ERROR: Invalid key: The key "1" must be the name of an environment variable: letters, digits, underscores, dashes and dots, no digit first.
      OTHER  = { resource = "limits.cpu", container = "evn" } # ERROR: Unknown container: The pods of app.web have no container "evn". Did you mean "env"?
      OWN    = { resource = "limits.cpu" }
      SECRET = { secret = "s" } # ERROR: Missing required argument: "SECRET" needs "key".
    }
    env_from {} # ERROR: Invalid block: An env_from block takes from one place: config or secret.
  }
  termination_grace_period   = "1500ms" # ERROR: Invalid value: "termination_grace_period" must be whole seconds, such as "1s"; Kubernetes knows nothing finer.
  termination_message_path   = "last" # ERROR: Invalid value: "termination_message_path" must start with a slash.
  termination_message_policy = "Logs" # ERROR: Invalid value: "termination_message_policy" must be "File" or "FallbackToLogsOnError", not "Logs".
}
