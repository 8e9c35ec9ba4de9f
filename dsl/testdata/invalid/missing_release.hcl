app "a" { image = "nginx" } # ERROR: Missing release block: A configuration needs one release block, which names what is applied and rolled back as one: release "NAME" { namespace = "NAMESPACE" }
