config "web" {
  versioned = false
  data = {
    # First group.
    A = "1"
    B = "2"
    # Second group.
    C = "3"
    # D: commented out
  }
}
