secret "deployer-token" {
  type        = "kubernetes.io/service-account-token"
  versioned   = false
  annotations = { "kubernetes.io/service-account.name" = "deployer" }
  data        = {}
}

# Used by the Ingress, so its name stays.
resource "Secret" "web-tls" {
  type = "kubernetes.io/tls"
  data = {
    "tls.crt" = base64encode(nonsensitive(var.web_tls_crt))
    "tls.key" = base64encode(nonsensitive(var.web_tls_key))
  }
}

resource "Secret" "elsewhere" {
  namespace = "tools"
  data      = { token = base64encode(nonsensitive(var.elsewhere_token)) }
}
