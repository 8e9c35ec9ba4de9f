release "r" {}

variable "tag" { type = string } # ERROR: No value for variable: var.tag has no default, so it needs a value: --var 'tag=VALUE', --var-file FILE, the environment variable STOWAGE_VAR_tag, or a *.auto.vars.hcl file. Is an environment meant? --env takes dev, prod.
