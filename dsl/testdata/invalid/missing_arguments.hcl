release "r" {}

config "c" {} # ERROR: Missing required argument: The argument "data" is required, but no definition was found.

output "o" {} # ERROR: Missing required argument: The argument "value" is required, but no definition was found.

app "web" { # ERROR: Missing required argument: The argument "image" is required, but no definition was found.
  port "http" {} # ERROR: Missing required argument: The argument "number" is required, but no definition was found.
}
