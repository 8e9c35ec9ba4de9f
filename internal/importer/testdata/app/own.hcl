# ---- .gitignore
# Values of sensitive variables.
secrets.auto.vars.hcl

# ---- secrets.auto.vars.hcl
# Values of sensitive variables. Whoever can read this file knows them:
# .gitignore keeps it out of the repository.

web_token = "s3cret"

# ---- shared.hcl
config "shared" {
  data = { LOG_LEVEL = "info" }
}

# ---- variables.hcl
variable "web_token" {
  description = "Key \"TOKEN\" of the secret of app.web."
  type        = string
  sensitive   = true
}

# ---- web.hcl
# What may be an app's own configuration, and what may not: it has to be the last source, alone, and nobody else's.
app "web" {
  image    = "web:1"
  labels   = { app = "web" }
  selector = { app = "web" }
  config = {
    # In seconds.
    TIMEOUT = "30"
    THEME   = "dark"
  }
  secret = { TOKEN = var.web_token }
  env_from { config = config.shared }
}

# ---- worker.hcl
app "worker" {
  image    = "web:1"
  labels   = { app = "worker" }
  selector = { app = "worker" }
  env_from { config = config.worker }
  env_from { config = config.shared }
}

config "worker" {
  labels = { app = "worker" }
  data   = { QUEUE = "default" }
}

# renamed: ConfigMap web to web-config-*
# renamed: Secret web to web-secret-*
# renamed: ConfigMap shared to shared-*
# renamed: ConfigMap worker to worker-*
# relabelled: [Secret web] app: "" to "web"
