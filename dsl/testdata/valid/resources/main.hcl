release "shop" {
  namespace = "shop"
}

variable "hosts" { default = ["a.example.com", "b.example.com"] }

config "rules" {
  data = { "rules.yaml" = "a: 1" }
}

resource "NetworkPolicy" "db" {
  labels      = { tier = "data", "app.kubernetes.io/name" = "store" }
  annotations = { "example.com/team" = "storage" }
  timeout     = "30s"
  depends_on  = [app.web, resource.Namespace.tools]
  spec = {
    podSelector = { matchLabels = { "app.kubernetes.io/name" = app.web.name } }
    egress      = null
    ingress     = [for host in var.hosts : { from = host }]
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "Namespace" "tools" {}

resource "ConfigMap" "report" {
  name      = "the-report"
  namespace = resource.Namespace.tools.name
  data = {
    rules  = config.rules.name
    nested = jsonencode({ of = [resource.Widget["with.dots"].api_version, resource.Widget["with.dots"].kind, resource.Widget["with.dots"].namespace] })
    exact  = "0123"
  }
}

resource "Widget" "with.dots" {
  api_version = "things.example.org/v2beta1"
  size        = 9223372036854775807
  ratio       = 0.1
  small       = 1e-3
  whole       = 1e3
  on          = true
  metadata    = { finalizers = ["example.com/hold"] }
}

resource "Widget" "each" {
  for_each    = { a = 1, b = 2 }
  api_version = "things.example.org/v2beta1"
  size        = each.value
}

app "web" {
  image = "nginx"
  env   = { WIDGET = resource.Widget.each["a"].name }
}
