release "r" {}

app { image = "nginx" } # ERROR: Missing name for app: All app blocks must have 1 labels (name).
