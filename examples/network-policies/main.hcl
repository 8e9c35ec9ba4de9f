# Who may speak to whom: nobody, but for what a policy lets through.

release "network-policies" { namespace = "example-network-policies" }

resource "NetworkPolicy" "default-deny" {
  spec = {
    podSelector = {}
    policyTypes = ["Ingress", "Egress"]
  }
}

# The database answers the shop, and the monitoring of another namespace.
resource "NetworkPolicy" "db" {
  spec = {
    podSelector = { matchLabels = { "app.kubernetes.io/name" = app.db.name } }
    policyTypes = ["Ingress"]
    ingress = [
      {
        from  = [{ podSelector = { matchLabels = { "app.kubernetes.io/name" = "shop" } } }]
        ports = [{ protocol = "TCP", port = app.db.port.tcp }]
      },
      {
        from = [{
          namespaceSelector = { matchLabels = { "kubernetes.io/metadata.name" = "monitoring" } }
          podSelector       = { matchExpressions = [{ key = "app", operator = "In", values = ["prometheus"] }] }
        }]
        ports = [{ protocol = "TCP", port = 9000, endPort = 9100 }]
      },
    ]
  }
}

# The shop reaches the private networks but for one, and names of the cluster.
resource "NetworkPolicy" "shop" {
  spec = {
    podSelector = { matchLabels = { "app.kubernetes.io/name" = "shop" } }
    policyTypes = ["Egress"]
    egress = [
      { to = [{ ipBlock = { cidr = "10.0.0.0/8", except = ["10.20.0.0/16"] } }] },
      { ports = [{ protocol = "UDP", port = 53 }, { protocol = "TCP", port = 53 }] },
    ]
  }
}

app "db" {
  image = "example.com/db:5"
  port "tcp" { number = 5432 }
}
