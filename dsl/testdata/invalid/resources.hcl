release "r" {}

app "a" {
  image = "nginx"
  resources {
    requests = { cpu = "250 m", memory = "512MB", "bad name" = 1 } # ERROR: Invalid value: "requests.cpu" must be a quantity of Kubernetes, such as "250m", 0.5, "512Mi" or "1Gi". # ERROR: Invalid value: "requests.memory" must be a quantity of Kubernetes, such as "250m", 0.5, "512Mi" or "1Gi". # ERROR: Invalid key: The key "bad name" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it.
    limits   = { cpu = -1 } # ERROR: Invalid value: "limits.cpu" must be a quantity of Kubernetes, such as "250m", 0.5, "512Mi" or "1Gi".
  }
}

app "b" {
  image = "nginx"
  resources { # ERROR: Invalid resources: The request of cpu, 2, is above its limit, 1500m. # ERROR: Invalid resources: The request of memory, 1025Mi, is above its limit, 1Gi.
    requests = { cpu = 2, memory = "1025Mi" }
    limits   = { cpu = "1500m", memory = "1Gi" }
  }
}
