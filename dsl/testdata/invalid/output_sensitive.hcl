release "r" {}

secret "s" {
  data = { password = "x" }
}

output "name" { value = secret.s.name }
output "bad" { value = { a = [secret.s.key.password] } } # ERROR: Sensitive value in an output: The value of output.bad is sensitive, and outputs are shown. Add sensitive = true to mask it.
output "good" {
  value     = secret.s.key.password
  sensitive = true
}
output "open" { value = nonsensitive(secret.s.key.password) }
