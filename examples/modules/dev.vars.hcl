services = {
  cart    = { version = "1.4" }
  catalog = { version = "2.0", settings = { CACHE = "off" } }
  orders  = { version = "1.0" }
}

limits = { catalog = 5 }
