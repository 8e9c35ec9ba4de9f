# Where the shop lives.
release "shop" { namespace = "shop" }
