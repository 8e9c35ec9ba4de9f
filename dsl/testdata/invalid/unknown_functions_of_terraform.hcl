release "r" {}

locals {
  a = plantimestamp() # ERROR: Error in function call: Call to function "plantimestamp" failed: plantimestamp() is not available, since it gives another result each time: a plan must be the same until something changes. Pass the value in as a variable.
  b = bcrypt("x") # ERROR: Error in function call: Call to function "bcrypt" failed: bcrypt() is not available, since it gives another result each time: a plan must be the same until something changes. Pass the value in as a variable.
  c = abspath("x") # ERROR: Call to unknown function: There is no function named "abspath".
  d = path.cwd # ERROR: Unknown attribute: path has no "cwd"; there is module, root.
  e = terraform.workspace # ERROR: Invalid reference: There is nothing called "terraform"; references start with app, config, each, local, module, path, release, resource, secret, var.
  f = each.key # ERROR: Invalid reference: each.key is only known in a block with for_each.
  g = self.name # ERROR: Invalid reference: There is nothing called "self"; references start with app, config, each, local, module, path, release, resource, secret, var.
}
