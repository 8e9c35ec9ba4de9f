# Production: STOWAGE_VAR_mysql_password=... stowage apply --var-file prod.vars.hcl
# The password has no place in a file that is kept with the source.
replicas = 10
