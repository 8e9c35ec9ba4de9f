resource "PriorityClass" "decomposed" {
  value       = 1
  description = file("files/decomposed/description")
}
