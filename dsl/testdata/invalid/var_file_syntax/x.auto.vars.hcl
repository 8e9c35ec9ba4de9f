a = = 1 # ERROR: Invalid expression: Expected the start of an expression, but found an invalid expression token.
app "x" {}
