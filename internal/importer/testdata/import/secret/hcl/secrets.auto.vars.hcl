# Values of sensitive variables. Whoever can read this file knows them:
# .gitignore keeps it out of the repository.

# The database. The password is CANARY-password-1 until it is changed.

# base64 of CANARY-password-1
# CANARY-password-1
db_credentials_password = "CANARY-password-1"

db_credentials_user = "CANARY-other-user"

db_credentials_url = "postgres://u:CANARY-$${x}@db/%%{y}"

db_credentials_multi = <<-EOT
  CANARY line one
  CANARY line two
EOT

keys_key_bin = "Q0FOQVJZ/wD+"

registry_dockerconfigjson = "{\"auths\":{\"registry.example.com\":{\"auth\":\"CANARY-auth\"}}}"

web_tls_crt = "CANARY-cert"

web_tls_key = "CANARY-key"

elsewhere_token = "CANARY-token"
