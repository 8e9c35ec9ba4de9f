# A laptop: stowage apply --local --var-file dev.vars.hcl
mysql_password = "petclinic" # a throw-away database that nobody else can reach
