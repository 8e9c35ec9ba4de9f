stage = "never read"
