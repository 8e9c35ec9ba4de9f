a = 1
# ERROR nowhere: No configuration files: The directory . holds no *.hcl or *.hcl.json file (files named *.vars.hcl hold values of variables and are not counted).
