release "r" {}

ap "web" { image = "nginx" } # ERROR: Unsupported block type: Blocks of type "ap" are not expected here. Did you mean "app"?

deployment "web" {} # ERROR: Unsupported block type: Blocks of type "deployment" are not expected here.
