app "api" {
  image              = "example.com/api:1.0"
  labels             = { app = "api" }
  selector           = { app = "api" }
  env                = { PASSWORD = secret.db-credentials.key.password }
  image_pull_secrets = [secret.registry]
  volume "keys" { secret = secret.keys }

  mount "/keys" {
    volume    = "keys"
    read_only = true
  }
}

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
