# Secrets of all types, and what apps do with them.

release "secrets" { namespace = "example-secrets" }

variable "api_token" {
  description = "Token of the payment service."
  type        = string
  sensitive   = true
  default     = "example" # of this example alone; give it as STOWAGE_VAR_api_token
}

# Text, what comes in base64, and bytes.
secret "shop" {
  data = {
    token   = var.api_token
    seed    = base64decode("c2VlZA==")
    keyfile = file("keyfile.bin")
  }
}

secret "tls" {
  type = "kubernetes.io/tls"
  data = {
    "tls.crt" = file("tls.crt")
    "tls.key" = file("tls.key") # of this example alone
  }
}

secret "registry" {
  type = "kubernetes.io/dockerconfigjson"
  data = { ".dockerconfigjson" = dockerconfig({
    "registry.example.com" = { username = "robot", password = var.api_token }
  }) }
}

secret "admin" {
  type = "kubernetes.io/basic-auth"
  data = {
    username = "admin"
    password = var.api_token
  }
}

secret "deploy-key" {
  type = "kubernetes.io/ssh-auth"
  data = { "ssh-privatekey" = file("tls.key") }
}

# In the environment: a key, one inside a text, and all of the app's own.
app "shop" {
  image              = "registry.example.com/shop:2.0"
  image_pull_secrets = [secret.registry]
  secret             = { SESSION_KEY = var.api_token }
  env = {
    TOKEN = secret.shop.key.token
    URL   = "https://shop:${var.api_token}@payments.example.com/"
  }
}

# As files: all keys, and chosen ones with modes of their own. The images are pulled with
# what the account has.
app "git" {
  image = "registry.example.com/git:1.0"
  service_account { image_pull_secrets = [secret.registry] }
  env_from {
    secret = secret.admin
    prefix = "ADMIN_"
  }
  mount "/etc/tls" {
    secret    = secret.tls
    mode      = "0440"
    read_only = true
  }
  mount "/etc/git" {
    secret = secret.deploy-key
    items  = { "ssh-privatekey" = { path = "id_ecdsa", mode = "0400" } }
  }
}
