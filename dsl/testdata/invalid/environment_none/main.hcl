# --env prod
release "r" {}

# ERROR nowhere: Unknown environment: The directory . holds no file prod.vars.hcl. The configuration has no environments.
