variable "db_credentials_password" {
  description = "Key \"password\" of secret.db-credentials, for app.api."
  type        = string
  sensitive   = true
}

variable "db_credentials_user" {
  description = "Key \"user\" of secret.db-credentials, for app.api."
  type        = string
  sensitive   = true
}

variable "db_credentials_url" {
  description = "Key \"DB_CREDENTIALS_URL\" of secret.db-credentials, for app.api."
  type        = string
  sensitive   = true
}

variable "db_credentials_multi" {
  description = "Key \"multi\" of secret.db-credentials, for app.api."
  type        = string
  sensitive   = true
}

variable "keys_key_bin" {
  description = "Key \"key.bin\" of secret.keys, for app.api."
  type        = string
  sensitive   = true
}

variable "registry_dockerconfigjson" {
  description = "Key \".dockerconfigjson\" of secret.registry, for app.api."
  type        = string
  sensitive   = true
}

variable "web_tls_crt" {
  description = "Key \"tls.crt\" of resource.Secret.web-tls."
  type        = string
  sensitive   = true
}

variable "web_tls_key" {
  description = "Key \"tls.key\" of resource.Secret.web-tls."
  type        = string
  sensitive   = true
}

variable "elsewhere_token" {
  description = "Key \"token\" of resource.Secret.elsewhere."
  type        = string
  sensitive   = true
}
