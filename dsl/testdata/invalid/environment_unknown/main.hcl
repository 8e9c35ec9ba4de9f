# --env prdo
# Nothing is said of the value that the environment was to give.
release "r" {}

variable "tag" { type = string }

app "web" { image = "nginx:${var.tag}" }

# ERROR nowhere: Unknown environment: The directory . holds no file prdo.vars.hcl. The environments are: dev, prod, staging. Did you mean "prod"?
