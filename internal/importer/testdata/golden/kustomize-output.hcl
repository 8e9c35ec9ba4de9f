# ---- .gitignore
# Values of sensitive variables.
secrets.auto.vars.hcl

# ---- secrets.auto.vars.hcl
# Values of sensitive variables. Whoever can read this file knows them:
# .gitignore keeps it out of the repository.

staging_guestbook_token_5k2d9mt6bc_token = "secret"

# ---- staging-guestbook.hcl
app "staging-guestbook" {
  image          = "guestbook:v2"
  replicas       = 2
  labels         = { app = "guestbook", variant = "staging" }
  selector       = { app = "guestbook", variant = "staging" }
  annotations    = { note = "Hello, I am staging!" }
  container_name = "guestbook"
  env            = { TOKEN = secret.staging-guestbook-token-5k2d9mt6bc.key.token }

  env_from {
    config = config.staging-guestbook-config-gm7b4f8h2k
  }

  port "http" {
    number       = 8080
    service_port = 80
    service_name = ""
  }

  override "Deployment" {
    metadata = { annotations = { note = "Hello, I am staging!" } }
  }
}

config "staging-guestbook-config-gm7b4f8h2k" {
  labels = { app = "guestbook", variant = "staging" }
  data = {
    LOG_LEVEL                = "debug"
    "application.properties" = <<-EOT
      a=1
      b=2
    EOT
  }
}

secret "staging-guestbook-token-5k2d9mt6bc" {
  labels = { app = "guestbook", variant = "staging" }
  data   = { token = var.staging_guestbook_token_5k2d9mt6bc_token }
}

# ---- variables.hcl
variable "staging_guestbook_token_5k2d9mt6bc_token" {
  description = "Key \"token\" of secret.staging-guestbook-token-5k2d9mt6bc, for app.staging-guestbook."
  type        = string
  sensitive   = true
}

# renamed: ConfigMap staging-guestbook-config-gm7b4f8h2k to staging-guestbook-config-gm7b4f8h2k-*
# renamed: Secret staging-guestbook-token-5k2d9mt6bc to staging-guestbook-token-5k2d9mt6bc-*
