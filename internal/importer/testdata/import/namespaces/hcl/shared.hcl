config "a" {
  versioned = false
  data      = { a = "b" }
}

config "b" {
  versioned = false
  data      = { a = "b" }
}

config "c" {
  versioned = false
  data      = { a = "b" }
}

resource "ConfigMap" "a" {
  namespace = resource.Namespace.tools.name
  data      = { a = "b" }
}
