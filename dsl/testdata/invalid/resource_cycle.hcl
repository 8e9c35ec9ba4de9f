release "shop" {}

resource "ConfigMap" "a" {
  name = resource.ConfigMap.b.name # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: resource.ConfigMap.a refers to resource.ConfigMap.b (main.hcl:4) resource.ConfigMap.b refers to resource.ConfigMap.a (main.hcl:8)
}

resource "ConfigMap" "b" {
  name = resource.ConfigMap.a.name
}

resource "ConfigMap" "c" {
  data = { d = resource.ConfigMap.d.name } # ERROR: Dependency cycle: These references form a loop, so nothing in it can come first: resource.ConfigMap.c refers to resource.ConfigMap.d (main.hcl:12) resource.ConfigMap.d refers to resource.ConfigMap.c (main.hcl:16)
}

resource "ConfigMap" "d" {
  depends_on = [resource.ConfigMap.c]
}
