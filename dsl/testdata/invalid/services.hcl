release "r" {}

app "words" {
  image = "nginx"
  port "http" {
    number       = 80
    app_protocol = "not a protocol" # ERROR: Invalid value: "app_protocol" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it.
  }
  service {
    type                    = "Loadbalancer" # ERROR: Invalid value: "type" must be "ClusterIP", "NodePort" or "LoadBalancer", not "Loadbalancer". Did you mean "LoadBalancer"?
    session_affinity        = "Client" # ERROR: Invalid value: "session_affinity" must be "None" or "ClientIP", not "Client". Did you mean "ClientIP"?
    session_timeout         = "500ms" # ERROR: Invalid value: "session_timeout" must be whole seconds, such as "1s"; Kubernetes knows nothing finer.
    internal_traffic_policy = "local" # ERROR: Invalid value: "internal_traffic_policy" must be "Cluster" or "Local", not "local". Did you mean "Local"?
    external_traffic_policy = "Node" # ERROR: Invalid value: "external_traffic_policy" must be "Cluster" or "Local", not "Node".
    traffic_distribution    = "PreferZone" # ERROR: Invalid value: "traffic_distribution" must be "PreferSameZone", "PreferSameNode" or "PreferClose", not "PreferZone".
    ip_families             = ["ipv4"] # ERROR: Invalid value: "ip_families[0]" must be "IPv4" or "IPv6", not "ipv4". Did you mean "IPv4"?
    ip_family_policy        = "DualStack" # ERROR: Invalid value: "ip_family_policy" must be "SingleStack", "PreferDualStack" or "RequireDualStack", not "DualStack".
    external_ips            = ["example.com"] # ERROR: Invalid value: "external_ips[0]" must be an IP address, such as "203.0.113.7".
    load_balancer_class     = "a b" # ERROR: Invalid value: "load_balancer_class" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it.
    source_ranges           = ["203.0.113.7"] # ERROR: Invalid value: "source_ranges[0]" must be a network, such as "203.0.113.0/24".
    allocate_node_ports     = "some" # ERROR: Invalid value: "allocate_node_ports" is not valid: a bool is required.
    health_check_node_port  = 0 # ERROR: Invalid value: "health_check_node_port" must be a whole number from 1 to 65535.
    sesion_affinity         = "None" # ERROR: Unsupported argument: An argument named "sesion_affinity" is not expected here.
  }
}

app "alone" {
  image = "nginx"
  port "http" { number = 80 }
  service {
    session_timeout         = "10m" # ERROR: Conflicting arguments: session_timeout goes with session_affinity = "ClientIP" only.
    external_traffic_policy = "Local" # ERROR: Conflicting arguments: external_traffic_policy goes with type = "NodePort" or "LoadBalancer" only.
    load_balancer_class     = "internal" # ERROR: Conflicting arguments: load_balancer_class goes with type = "LoadBalancer" only.
    source_ranges           = ["203.0.113.0/24"] # ERROR: Conflicting arguments: source_ranges goes with type = "LoadBalancer" only.
    allocate_node_ports     = true # ERROR: Conflicting arguments: allocate_node_ports goes with type = "LoadBalancer" only.
    health_check_node_port  = 32000 # ERROR: Conflicting arguments: health_check_node_port goes with type = "LoadBalancer" only.
  }
}

app "unlike" {
  image = "nginx"
  port "http" { number = 80 }
  service {
    type                   = "LoadBalancer"
    health_check_node_port = 32000 # ERROR: Conflicting arguments: health_check_node_port goes with external_traffic_policy = "Local" only.
    session_affinity       = "ClientIP"
    session_timeout        = "25h" # ERROR: Invalid value: "session_timeout" must be at most 24h0m0s.
    ip_families            = ["IPv4", "IPv6"] # ERROR: Conflicting arguments: Two IP families need ip_family_policy = "PreferDualStack" or "RequireDualStack".
  }
}

app "families" {
  image = "nginx"
  port "http" { number = 80 }
  service {
    ip_family_policy = "PreferDualStack"
    ip_families      = ["IPv4", "IPv4"] # ERROR: Invalid value: "ip_families" names each family once.
  }
}
