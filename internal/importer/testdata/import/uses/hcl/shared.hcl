config "pods-alone" {
  data = { a = "1" }
}

config "of-a-pod" {
  versioned = false
  data      = { a = "1" }
}

config "operator" {
  versioned = false
  data = {
    "settings.yaml" = <<-EOT
      watch:
        name: in-config
    EOT
  }
}

secret "of-account" {
  versioned = false
  data      = { a = var.of_account_a }
}
