# --env x.auto
release "r" {}

# ERROR nowhere: Unknown environment: Files named x.auto.vars.hcl are no environments: they are always read. The configuration has no environments.
