secret "db-credentials" {
  labels = { app = "api" }
  data = {
    password           = var.db_credentials_password
    user               = var.db_credentials_user
    DB_CREDENTIALS_URL = var.db_credentials_url
    multi              = var.db_credentials_multi
  }
}

secret "keys" {
  data = { "key.bin" = base64decode(var.keys_key_bin), empty = "" }
}

secret "registry" {
  type = "kubernetes.io/dockerconfigjson"
  data = { ".dockerconfigjson" = var.registry_dockerconfigjson }
}

resource "Deployment" "api" {
  labels = { app = "api" }
  spec = {
    selector = { matchLabels = { app = "api" } }
    template = {
      metadata = { labels = { app = "api" } }
      spec = {
        imagePullSecrets = [{ name = secret.registry.name }]
        containers = [{
          name  = "api"
          image = "example.com/api:1.0"
          env = [{
            name      = "PASSWORD"
            valueFrom = { secretKeyRef = { name = secret.db-credentials.name, key = "password" } }
          }]
          volumeMounts = [{ name = "keys", mountPath = "/keys", readOnly = true }]
        }]
        volumes = [{ name = "keys", secret = { secretName = secret.keys.name } }]
      }
    }
  }
}
