release "shop" { namespace = "shop" }

# A StatefulSet comes after the headless Service that governs it, so who refers
# to it waits for the pods; any other headless Service comes after the pods.
app "governed" {
  kind  = "StatefulSet"
  image = "cassandra"
  port "cql" { number = 9042 }
  service { headless = true }
}

app "peers" {
  image = "peers"
  port "gossip" { number = 7000 }
  service { headless = true }
}

app "user" {
  image = "user"
  args  = [app.governed.host, app.peers.host]
}
