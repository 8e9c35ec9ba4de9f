release "r" {}

app "web" {
  image = "nginx"
  port "http" { number = 80 }
  post_start {} # ERROR: Invalid hook: A hook acts in one way: exec, http or sleep. This one has 0.
  pre_stop { # ERROR: Invalid hook: A hook acts in one way: exec, http or sleep. This one has 2.
    exec  = ["true"]
    sleep = "1s"
  }
  container "a" {
    image = "nginx"
    post_start { http = { path = "/x" } } # ERROR: Missing required argument: "http" needs a port: container "a" of app.web has 0 of them.
    pre_stop { sleep = "0.5s" } # ERROR: Invalid value: "sleep" must be whole seconds, such as "1s"; Kubernetes knows nothing finer.
  }
  container "b" {
    image = "nginx"
    pre_stop { http = { port = "http" } } # ERROR: Unknown port: container "b" of app.web has no port "http".
    pre_stop { tcp = 80 } # ERROR: Duplicate block: There can be one pre_stop block here; there is one already at main.hcl:18. # ERROR: Unsupported argument: An argument named "tcp" is not expected here. Did you mean "http"?
  }
}
