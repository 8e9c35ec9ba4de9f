release "r" {}

variable "token" {
  default   = "t0ken"
  sensitive = true
}

secret "smoke" {
  data = { token = var.token }
}

app "a" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "blue-green"
    check "Smoke" { image = "busybox" } # ERROR: Invalid name: The name of a check must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
    check "no-image" {} # ERROR: Missing required argument: The argument "image" is required, but no definition was found.
    check "values" {
      image    = "Busy Box" # ERROR: Invalid value: "image" must be an image reference such as "mysql:5.7" or "registry.example.com:5000/team/app:1.2"; the path is in lower case.
      command  = "true" # ERROR: Invalid value: "command" must be a list, as in ["a", "b"].
      args     = [var.token] # ERROR: Sensitive value not allowed here: The value of "args" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
      timeout  = "0s" # ERROR: Invalid value: "timeout" must be at least 1s and at most 2147483647 seconds.
      retries  = -1 # ERROR: Invalid value: "retries" must be a whole number from 0 to 2147483647.
      deadline = "1m" # ERROR: Unsupported argument: An argument named "deadline" is not expected here.
    }
    check "env" {
      image = "busybox"
      env = {
        TOKEN        = var.token # ERROR: Sensitive value not allowed here: A sensitive value in the env of a check must be that of one key, as in TOKEN = secret.NAME.key.KEY. Add it to the data of a secret block, and refer to that.
        HEADER       = "Bearer ${secret.smoke.key.token}" # ERROR: Sensitive value not allowed here: A sensitive value in the env of a check must be that of one key, as in HEADER = secret.NAME.key.KEY. Add it to the data of a secret block, and refer to that.
        STOWAGE_HOST = "x" # ERROR: Invalid key: The key "STOWAGE_HOST" starts with STOWAGE_, as only those do that stowage sets itself.
        "A B"        = "x" # ERROR: Invalid key: The key "A B" must be the name of an environment variable: letters, digits, underscores, dashes and dots, no digit first.
        KEY          = { secret = secret.smoke, key = "tokn" } # ERROR: Unknown key: secret.smoke has no key "tokn". Did you mean "token"?
        NONE         = { key = "x" } # ERROR: Invalid value: "NONE" must name one place: { secret = NAME, key = KEY }, { config = NAME, key = KEY }, { field = FIELD } or { resource = RESOURCE }.
        LIST         = ["x"] # ERROR: Invalid value: The value of an environment variable must be text, not tuple; jsonencode() or yamlencode() make text of it.
      }
    }
  }
}

app "b" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "blue-green"
    preview  = false
    check "smoke" { image = "busybox" } # ERROR: Conflicting arguments: A check asks the new version through b-preview, and preview = false leaves that Service out. Leave out one of them.
  }
}

app "c" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "blue-green"
    check "smoke" { image = "busybox" }
    check "smoke" { image = "busybox" } # ERROR: Duplicate check: There is a check "smoke" already at main.hcl:57.
  }
}

app "d" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "blue-green"
    check {} # ERROR: Missing name for check: All check blocks must have 1 labels (name).
    check "a" "b" { image = "busybox" } # ERROR: Extraneous label for check: Only 1 labels (name) are expected for check blocks.
  }
}

app "e" {
  image = "nginx"
  port "http" { number = 80 }
  rollout {
    strategy = "blue-green"
    check "a-name-that-is-not-too-long-for-one-of-kubernetes1" { image = "busybox" }
    check "a-name-that-is-too-long-for-a-cron-job-of-kubernetes" { image = "busybox" } # ERROR: Invalid name: The check would be named "e-a-name-that-is-too-long-for-a-cron-job-of-kubernetes", which must be at most 52 characters long; it has 54. Give it a shorter name.
  }
}
