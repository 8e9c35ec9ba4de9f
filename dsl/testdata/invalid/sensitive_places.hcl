# --var password=canary-4711
release "r" {}

variable "password" {
  type      = string
  sensitive = true
}

locals {
  url = "mysql://root:${var.password}@db"
}

secret "s" {
  data   = { password = var.password }
  labels = { password = var.password } # ERROR: Sensitive value not allowed here: The value of "labels.password" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
}

config "c" {
  data        = { plain = "x", password = var.password, url = local.url } # ERROR: Sensitive value not allowed here: config.c is a ConfigMap, which many can read, and the value of this entry is sensitive. Put it into a secret block, or into the env or secret of an app. # ERROR: Sensitive value not allowed here: config.c is a ConfigMap, which many can read, and the value of this entry is sensitive. Put it into a secret block, or into the env or secret of an app.
  annotations = { password = upper(var.password) } # ERROR: Sensitive value not allowed here: The value of "annotations.password" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
}

app "web" {
  image       = "nginx:${var.password}" # ERROR: Sensitive value not allowed here: The value of "image" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
  args        = ["--password", var.password] # ERROR: Sensitive value not allowed here: The value of "args" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
  command     = [secret.s.key.password]
  config      = { PASSWORD = secret.s.key.password }
  annotations = { password = sha256(var.password) } # ERROR: Sensitive value not allowed here: The value of "annotations.password" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
  labels      = { x = var.password } # ERROR: Sensitive value not allowed here: The value of "labels.x" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
  replicas    = length(var.password) # ERROR: Sensitive value not allowed here: The value of "replicas" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
  working_dir = "/${local.url}" # ERROR: Sensitive value not allowed here: The value of "working_dir" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
  mount "/m" {
    secret = secret.s.key.password
  }
  readiness {
    exec = ["check", var.password] # ERROR: Sensitive value not allowed here: The value of "exec" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
  }
}

output "o" { value = local.url } # ERROR: Sensitive value in an output: The value of output.o is sensitive, and outputs are shown. Add sensitive = true to mask it.
