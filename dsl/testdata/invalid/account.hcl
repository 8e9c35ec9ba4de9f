release "r" {}

config "c" { data = { a = "b" } }

app "pull" {
  image              = "nginx"
  image_pull_secrets = "registry" # ERROR: Invalid value: "image_pull_secrets" must be a list of Secrets, as in [secret.registry].
}

app "which" {
  image              = "nginx"
  image_pull_secrets = [config.c, secret.missing, "Not a name", null] # ERROR: Invalid value: "image_pull_secrets" must be a secret block, as in secret.NAME. # ERROR: Unknown reference: There is no secret "missing". # ERROR: Invalid value: "image_pull_secrets" must be a DNS name: lower-case letters, digits, dashes and dots, with a letter or digit at both ends of each part. # ERROR: Invalid value: "image_pull_secrets" is required, so it must not be null.
}

app "existing" {
  image = "nginx"
  service_account { # ERROR: Conflicting arguments: The account "default" is there already, so annotations and image_pull_secrets belong to whoever made it. An app has image_pull_secrets too.
    existing           = "default"
    annotations        = { a = "b" }
    image_pull_secrets = ["registry"]
  }
}

app "name" {
  image = "nginx"
  service_account {
    existing = "Default" # ERROR: Invalid value: "existing" must be a DNS name: lower-case letters, digits, dashes and dots, with a letter or digit at both ends of each part.
    token    = "no" # ERROR: Invalid value: "token" is not valid: a bool is required.
    acount   = 1 # ERROR: Unsupported argument: An argument named "acount" is not expected here.
  }
}

app "rules" {
  image = "nginx"
  service_account {
    rule {} # ERROR: Missing required argument: The argument "verbs" is required, but no definition was found.
    rule { verbs = ["get"] } # ERROR: Missing required argument: A rule needs resources, as in resources = ["pods"].
    rule { # ERROR: Invalid value: "verbs" is empty, so that the rule would permit nothing.
      resources = ["pods"]
      verbs     = []
    }
    rule {
      api_groups = ["Apps"] # ERROR: Invalid value: "api_groups[0]" must be an API group, such as "apps", "" or "*".
      resources  = [""] # ERROR: Invalid value: "resources[0]" must not be empty.
      verbs      = ["get"]
    }
    rule {
      paths = ["/metrics"] # ERROR: Unsupported argument: An argument named "paths" is not expected here.
      verbs = ["get"]
    }
    cluster_rule { # ERROR: Conflicting arguments: paths belong to no objects, so that a rule has either paths or resources. Write a rule for each.
      paths     = ["/metrics"]
      resources = ["pods"]
      verbs     = ["get"]
    }
    cluster_rule {
      paths = ["metrics", "/a/*/b"] # ERROR: Invalid value: "paths[0]" must start with a slash. # ERROR: Invalid value: "paths[1]" can have a star at its end only.
      verbs = ["get"]
    }
  }
  service_account {} # ERROR: Duplicate block: There can be one service_account block here; there is one already at main.hcl:35.
}

app "both" {
  image = "nginx"
  service_account { # ERROR: Conflicting arguments: name is that of an account which the app gets, and existing that of one which is there already. Leave out one of them.
    name     = "own"
    existing = "default"
  }
}
