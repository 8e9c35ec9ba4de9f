release "r" {}

config "c" {
  data = { huge = 1e99999, tiny = 1e-99999 } # ERROR: Invalid value: The value of a key is a number too large or too small to be written out. # ERROR: Invalid value: The value of a key is a number too large or too small to be written out.
}

app "a" {
  image    = "nginx"
  replicas = 2147483648 # ERROR: Invalid value: "replicas" must be a whole number from 0 to 2147483647.
  args     = [1e99999] # ERROR: Invalid value: "args[0]" is a number too large or too small to be written out.
}
