release "shop" { namespace = "shop" }

app "balanced" {
  image = "nginx"
  port "https" {
    number       = 8443
    service_port = 443
    app_protocol = "https"
  }
  port "metrics" { number = 9100 }
  service {
    type                    = "LoadBalancer"
    load_balancer_class     = "example.com/internal"
    source_ranges           = ["203.0.113.0/24", "2001:db8::/32"]
    allocate_node_ports     = false
    external_traffic_policy = "Local"
    health_check_node_port  = 32100
    annotations             = { "example.com/scheme" = "internal" }
  }
}

app "sticky" {
  image = "nginx"
  port "http" { number = 80 }
  service {
    session_affinity        = "ClientIP"
    session_timeout         = "10m"
    internal_traffic_policy = "Local"
    traffic_distribution    = "PreferSameZone"
    ip_families             = ["IPv6", "IPv4"]
    ip_family_policy        = "RequireDualStack"
    external_ips            = ["203.0.113.7"]
    external_traffic_policy = "Cluster"
  }
}

app "members" {
  kind  = "StatefulSet"
  image = "nginx"
  port "peer" { number = 7000 }
  service {
    headless          = true
    publish_not_ready = true
  }
}

# The preview has the ports, and nothing else of what the Service is.
app "colored" {
  image = "nginx"
  port "http" {
    number       = 8080
    service_port = 80
    app_protocol = "http"
  }
  service {
    type                    = "LoadBalancer"
    session_affinity        = "ClientIP"
    external_traffic_policy = "Local"
  }
  rollout { strategy = "blue-green" }
}
