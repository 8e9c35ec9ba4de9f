app "a" { image = local.image }
