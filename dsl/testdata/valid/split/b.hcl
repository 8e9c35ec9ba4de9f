release "split" {}
locals { image = "nginx" }
