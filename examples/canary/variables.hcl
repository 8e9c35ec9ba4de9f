# What differs between environments. dev.vars.hcl and prod.vars.hcl give values.

variable "image_tag" {
  description = "Version of Petclinic to run."
  default     = "1.0.0.RELEASE"
}

variable "replicas" {
  description = "How many Petclinic pods share the load, in both versions together."
  type        = number
  default     = 4

  validation {
    condition     = var.replicas >= 1
    error_message = "Petclinic needs one replica at least."
  }
}

variable "node_port" {
  description = "Port that leads to Petclinic on every node."
  type        = number
  default     = 31080
}

variable "mysql_password" {
  description = "Password of the database's root user. Give it as STOWAGE_VAR_mysql_password."
  type        = string
  sensitive   = true
}
