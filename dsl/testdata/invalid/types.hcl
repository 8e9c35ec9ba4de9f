release "r" {}

locals {
  condition = "x" ? 1 : 2 # ERROR: Incorrect condition type: The condition expression must be of type bool.
  mixed     = true ? [1] : { a = 1 } # ERROR: Inconsistent conditional result types: The true and false result expressions must have consistent types. The 'true' value is tuple, but the 'false' value is object.
  add       = "a" + 1 # ERROR: Invalid operand: Unsuitable value for left operand: a number is required.
  index     = [1, 2][2] # ERROR: Invalid index: The given key does not identify an element in this collection value: the given index is greater than or equal to the length of the collection.
  attribute = { a = 1 }.b # ERROR: Unsupported attribute: This object does not have an attribute named "b".
  null      = null.a # ERROR: Attempt to get attribute from null value: This value is null, so it does not have any attributes.
  for       = [for x in 5 : x] # ERROR: Iteration over non-iterable value: A value of type number cannot be used as the collection in a 'for' expression.
  key       = { for x in ["a", "a"] : x => 1 } # ERROR: Duplicate object key: Two different items produced the key "a" in this 'for' expression. If duplicates are expected, use the ellipsis (...) after the value expression to enable grouping by key.
  template  = "${[1]}x" # ERROR: Invalid template interpolation value: Cannot include the given value in a string template: string required, but have tuple.
  compare   = "a" < "b" # ERROR: Invalid operand: Unsuitable value for left operand: a number is required. # ERROR: Invalid operand: Unsuitable value for right operand: a number is required.
}
