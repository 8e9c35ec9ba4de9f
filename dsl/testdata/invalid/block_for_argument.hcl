release "r" {}

app "web" {
  image = "nginx"
  config { # ERROR: Unsupported block type: Blocks of type "config" are not expected here. Did you mean to define argument "config"? If so, use the equals sign to assign it a value.
    A = "b"
  }
  resources = { requests = { cpu = 1 } } # ERROR: Unsupported argument: An argument named "resources" is not expected here. Did you mean to define a block of type "resources"?
}
