# --env ../prod
release "r" {}

# ERROR nowhere: Unknown environment: "../prod" is not the name of an environment, which is that of a file NAME.vars.hcl in the directory of the configuration. --var-file reads a file from anywhere. The environments are: prod.
