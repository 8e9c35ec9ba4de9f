release "r" {}

app "a" {
  image = = "nginx" # ERROR: Invalid expression: Expected the start of an expression, but found an invalid expression token.
}
