# Production: STOWAGE_VAR_mysql_password=... stowage apply --env prod
# The password has no place in a file that is kept with the source.
replicas    = 3
test_config = "production"
