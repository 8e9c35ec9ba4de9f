release "r" { namespace = var.ns }

variable "ns" { type = string } # ERROR: No value for variable: var.ns has no default, so it needs a value: --var 'ns=VALUE', --var-file FILE, the environment variable STOWAGE_VAR_ns, or a *.auto.vars.hcl file.
variable "tag" { type = string } # ERROR: No value for variable: var.tag has no default, so it needs a value: --var 'tag=VALUE', --var-file FILE, the environment variable STOWAGE_VAR_tag, or a *.auto.vars.hcl file.
variable "password" { # ERROR: No value for variable: var.password has no default, so it needs a value: --var 'password=VALUE', --var-file FILE, the environment variable STOWAGE_VAR_password, or a *.auto.vars.hcl file.
  type      = string
  sensitive = true
}

locals { image = "nginx:${var.tag}" }

secret "s" { # what depends on a missing value is not reported again
  data = { password = var.password }
}

app "a" {
  image = local.image
  env   = { PASSWORD = secret.s.key.password, HOST = app.a.fqdn }
}
