release "default" { namespace = "default" }
