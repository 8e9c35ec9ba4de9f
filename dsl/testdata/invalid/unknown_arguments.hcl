release "r" {
  name_space = "x" # ERROR: Unsupported argument: An argument named "name_space" is not expected here. Did you mean "namespace"?
}

config "files" {
  data = { "a.conf" = "x" }
}

app "web" {
  image   = "nginx"
  replica = 3 # ERROR: Unsupported argument: An argument named "replica" is not expected here. Did you mean "replicas"?
  imagePullPolicy = "Always" # ERROR: Unsupported argument: An argument named "imagePullPolicy" is not expected here. Did you mean "image_pull_policy"?

  port "http" {
    number = 80
    nodeport = 31000 # ERROR: Unsupported argument: An argument named "nodeport" is not expected here. Did you mean "node_port"?
  }
  mount "/etc/a.conf" {
    config  = config.files
    subpath = "a.conf" # ERROR: Unsupported argument: An argument named "subpath" is not expected here. Did you mean "sub_path"?
  }
  readiness {
    http = { pat = "/", port = "http" } # ERROR: Unsupported argument: "http" does not take "pat". Did you mean "path"?
    perod = "5s" # ERROR: Unsupported argument: An argument named "perod" is not expected here. Did you mean "period"?
  }
  roll_out {} # ERROR: Unsupported block type: Blocks of type "roll_out" are not expected here. Did you mean "rollout"?
  environment = { A = "b" } # ERROR: Unsupported argument: An argument named "environment" is not expected here.
}
