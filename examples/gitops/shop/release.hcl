# What the pipelines plan, apply and switch as one.
release "shop" { namespace = "shop" }
