# A laptop: stowage apply --local --env dev
mysql_password = "petclinic" # a throw-away database that nobody else can reach
