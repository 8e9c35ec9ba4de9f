regoins = [] # ERROR: Unknown variable: x.auto.vars.hcl:1 sets "regoins", but there is no such variable block. Did you mean "regions"?
