release "r" {}

app "web" {
  image = "nginx"
  port "http" { # ERROR: Conflicting arguments: With the network of its node the pod's port 80 is the node's too; host_port = 8080 does not go with it.
    number    = 80
    host_port = 8080
  }
  host {
    network = true
    hostPID = true # ERROR: Unsupported argument: An argument named "hostPID" is not expected here.
  }
  container "b" {
    image = "nginx"
    port "other" { # ERROR: Conflicting arguments: With the network of its node the pod's port 81 is the node's too; host_port = 8080 does not go with it. # ERROR: Duplicate port: The port "http" at main.hcl:5 has the host_port 8080 already.
      number    = 81
      host_port = 8080
    }
    port "high" {
      number    = 82
      host_port = 70000 # ERROR: Invalid value: "host_port" must be a whole number from 1 to 65535.
    }
  }
  host_aliases = { "localhost" = ["a"], "10.0.0.1" = "db", "10.0.0.2" = ["a b"] } # ERROR: Invalid key: The key "localhost" must be an IP address, such as "203.0.113.7". # ERROR: Invalid value: "host_aliases.10.0.0.1" must be a list, as in ["a", "b"]. # ERROR: Invalid value: "host_aliases.10.0.0.2[0]" must be a DNS name: lower-case letters, digits, dashes and dots, with a letter or digit at both ends of each part.
  dns {
    policy      = "Cluster" # ERROR: Invalid value: "policy" must be "ClusterFirst", "ClusterFirstWithHostNet", "Default" or "None", not "Cluster".
    nameservers = ["dns.example.com"] # ERROR: Invalid value: "nameservers[0]" must be an IP address, such as "203.0.113.7".
    searches    = ["a b"] # ERROR: Invalid value: "searches[0]" must be a DNS name: lower-case letters, digits, dashes and dots, with a letter or digit at both ends of each part.
    options     = { "ndots:2" = "" } # ERROR: Invalid key: The key "ndots:2" must be the name of an option alone, such as "ndots".
  }
}

app "alone" {
  image = "nginx"
  dns { policy = "None" } # ERROR: Missing required argument: With the policy "None" pods ask the servers of this block alone, and it names none. Add nameservers.
}
