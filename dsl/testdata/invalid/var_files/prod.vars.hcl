replicas = "three" # ERROR: Invalid value for variable: The value of var.replicas from prod.vars.hcl:1 is not valid: a number is required.
pasword  = "canary" # ERROR: Unknown variable: prod.vars.hcl:2 sets "pasword", but there is no such variable block. Did you mean "password"?
password = ["canary"]
regions  = [upper("a")] # ERROR: Invalid value for variable: The value of var.regions from prod.vars.hcl:4 is not valid: Functions may not be called here.
