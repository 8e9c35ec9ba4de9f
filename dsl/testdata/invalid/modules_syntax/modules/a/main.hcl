app "web" {
  image =  # ERROR: Invalid expression: Expected the start of an expression, but found an invalid expression token.
}
