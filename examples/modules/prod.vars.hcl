services = {
  cart    = { version = "1.3", replicas = 3 }
  catalog = { version = "1.9", replicas = 4, settings = { CACHE = "on" } }
  orders  = { version = "1.0", replicas = 2 }
}
