# stowage apply shop --env dev
replicas  = 1
log_level = "debug"
