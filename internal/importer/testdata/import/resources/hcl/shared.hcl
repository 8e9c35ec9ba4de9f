resource "Secret" "monitor" {
  metadata = { finalizers = ["example.com/keep"] }
  data     = { password = base64encode(nonsensitive(var.monitor_password)) }
}
