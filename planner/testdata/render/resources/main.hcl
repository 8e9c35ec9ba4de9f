release "shop" {
  namespace = "shop"
}

config "rules" {
  data = { "rules.yaml" = "a: 1" }
}

resource "NetworkPolicy" "db" {
  labels      = { tier = "data" }
  annotations = { "example.com/team" = "storage" }
  spec = {
    podSelector = { matchLabels = { "app.kubernetes.io/name" = "db" } }
    policyTypes = ["Ingress", "Egress"]
    ingress = [{
      from  = [{ ipBlock = { cidr = "10.0.0.0/8", except = ["10.1.0.0/16"] } }]
      ports = [{ port = 5432, protocol = "TCP" }, { port = "metrics" }]
    }]
    egress = null
  }
}

resource "Namespace" "tools" {
  labels = { "pod-security.kubernetes.io/enforce" = "baseline" }
}

resource "ConfigMap" "report" {
  namespace = resource.Namespace.tools.name
  data      = { rules = config.rules.name, port = "0123", flag = "yes" }
}

resource "Lease" "exact" {
  name = "exact-lease"
  spec = { leaseTransitions = 3, acquireTime = "2026-01-01T00:00:00.000000Z" }
}

resource "CustomResourceDefinition" "berths.example.com" {
  spec = {
    group = "example.com"
    scope = "Namespaced"
    names = { kind = "Berth", plural = "berths" }
    versions = [{
      name    = "v1"
      served  = true
      storage = true
      schema = { openAPIV3Schema = {
        type = "object"
        properties = {
          spec = {
            type     = "object"
            required = ["depth"]
            properties = {
              depth = { type = "integer", format = "int64", minimum = 1 }
              ratio = { type = "number" }
            }
          }
        }
      } }
    }]
  }
}

resource "Berth" "north" {
  timeout = "30s"
  spec    = { depth = 9007199254740993, ratio = 0.1 }
}

resource "Widget" "unheard" {
  api_version = "things.example.org/v2beta1"
  depends_on  = [resource.Berth.north]
  size        = 7
}
