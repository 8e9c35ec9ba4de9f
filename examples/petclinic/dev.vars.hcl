# A laptop: stowage apply --local --var-file dev.vars.hcl
replicas       = 1
mysql_password = "petclinic" # a throw-away database that nobody else can reach
