secret "monitor" {
  versioned = false
  data      = { password = var.monitor_password }

  override "Secret" {
    metadata = { finalizers = ["example.com/keep"] }
  }
}
