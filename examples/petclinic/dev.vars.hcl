# A laptop: stowage apply --local --env dev
replicas       = 1
mysql_password = "petclinic" # a throw-away database that nobody else can reach
