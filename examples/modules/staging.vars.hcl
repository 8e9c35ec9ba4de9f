services = {
  cart    = { version = "1.4", replicas = 2 }
  catalog = { version = "1.9", settings = { CACHE = "on" } }
  orders  = { version = "1.0" }
}

limits = { cart = 50, catalog = 50 }
