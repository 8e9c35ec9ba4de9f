# What runs outside of the cluster, under names of the cluster: an app need not know
# where its database is.

release "external-services" { namespace = "example-external-services" }

# A database with an address of its own. The Service selects no pods, so that nobody but
# the EndpointSlice says where it leads.
resource "Service" "orders-db" {
  spec = {
    ports = [{ name = "tcp", port = 5432, targetPort = 6432 }]
  }
}

resource "EndpointSlice" "orders-db-1" {
  labels      = { "kubernetes.io/service-name" = resource.Service.orders-db.name }
  addressType = "IPv4"
  ports       = [{ name = "tcp", port = 6432, protocol = "TCP" }]
  endpoints = [
    { addresses = ["192.0.2.10"], conditions = { ready = true } },
    { addresses = ["192.0.2.11"], conditions = { ready = false } },
  ]
}

# A service of somebody else, by its name.
resource "Service" "mail" {
  spec = {
    type         = "ExternalName"
    externalName = "smtp.example.com"
  }
}

app "orders" {
  image = "example.com/orders:2.4"
  env = {
    DATABASE_URL = "postgresql://${resource.Service.orders-db.name}:5432/orders"
    SMTP_HOST    = resource.Service.mail.name
  }
  depends_on = [resource.EndpointSlice.orders-db-1]
}
