module "back" { source = "../loop" } # ERROR: Invalid module: A module cannot call itself: modules/loop calls modules/loop.
