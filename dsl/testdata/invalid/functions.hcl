release "r" {}

locals {
  now     = timestamp() # ERROR: Error in function call: Call to function "timestamp" failed: timestamp() is not available, since it gives another result each time: a plan must be the same until something changes. Pass the value in as a variable.
  id      = uuid() # ERROR: Error in function call: Call to function "uuid" failed: uuid() is not available, since it gives another result each time: a plan must be the same until something changes. Pass the value in as a variable.
  typo    = uper("x") # ERROR: Call to unknown function: There is no function named "uper". Did you mean "upper"?
  near    = a1("x") # ERROR: Call to unknown function: There is no function named "a1". Did you mean "abs"?
  few     = replace("x") # ERROR: Not enough function arguments: Function "replace" expects 3 argument(s). Missing value for "search".
  wrong   = split(",", ["a"]) # ERROR: Invalid function argument: Invalid value for "str" parameter: string required, but have tuple.
  missing = lookup({}, "a") # ERROR: Invalid function argument: Invalid value for "key" parameter: there is no such key, and no default is given.
  index   = index(["a"], "b") # ERROR: Error in function call: Call to function "index" failed: the value is not in the list.
  base64  = base64decode("!") # ERROR: Invalid function argument: Invalid value for "text" parameter: this is not base64.
  cidr    = cidrhost("10.0.0.0/30", 4) # ERROR: Invalid function argument: Invalid value for "hostnum" parameter: the network does not have that many addresses.
  subnet  = cidrsubnet("10.0.0.0/30", 3, 0) # ERROR: Invalid function argument: Invalid value for "newbits" parameter: must be a whole number from 0 to 2.
  one     = one([1, 2]) # ERROR: Error in function call: Call to function "one" failed: must have one element or none.
  uuid    = uuidv5("x", "y") # ERROR: Invalid function argument: Invalid value for "namespace" parameter: must be a UUID, "dns", "url", "oid" or "x500".
}
