mysql_password = "petclinic"
