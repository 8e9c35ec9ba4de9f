release "shop" { namespace = "shop" }
