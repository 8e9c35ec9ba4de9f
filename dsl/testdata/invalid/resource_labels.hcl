release "shop" {}

resource "ConfigMap" { # ERROR: Missing name for resource: All resource blocks must have 2 labels (kind, name).
}
