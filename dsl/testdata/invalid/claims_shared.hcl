release "r" {}

app "a" {
  image = "nginx"
  mount "/data" {
    claim {
      name = "data"
      size = "1Gi"
    }
  }
}

app "b" {
  image = "nginx"
  mount "/data" {
    claim { # ERROR: Duplicate object: This would be a second PersistentVolumeClaim "data"; the first is at main.hcl:6.
      name = "data"
      size = "1Gi"
    }
  }
}
