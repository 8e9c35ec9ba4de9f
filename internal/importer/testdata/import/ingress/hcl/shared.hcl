secret "other-tls" {
  versioned = false
  data      = { a = var.other_tls_a }
}
