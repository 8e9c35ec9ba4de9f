# What differs between environments: dev.vars.hcl and prod.vars.hcl, for --env dev and
# --env prod.

variable "image_tag" {
  description = "Version to run. To deploy one is to change this, in a pull request."
  default     = "1.4.0"
}

variable "replicas" {
  description = "How many pods serve, in each color."
  type        = number
  default     = 2
}

variable "log_level" {
  description = "How much the shop writes to its log."
  default     = "info"
}

variable "db_password" {
  description = "Password of the database. Pipelines give it as STOWAGE_VAR_db_password."
  type        = string
  sensitive   = true
}
