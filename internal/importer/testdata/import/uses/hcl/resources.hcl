resource "Pod" "probe" {
  spec = {
    containers = [{
      name    = "probe"
      image   = "example.com/probe:1.0"
      envFrom = [{ configMapRef = { name = config.of-a-pod.name } }]
    }]
  }
}

resource "Certificate" "web" {
  api_version = "cert-manager.io/v1"
  spec        = { secretName = "certificate", dnsNames = ["web.example.com"] }
}
