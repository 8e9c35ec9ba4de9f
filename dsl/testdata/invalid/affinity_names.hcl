release "r" {}

app "cache" { image = "redis" }

app "web" {
  image = "nginx"
  affinity { app = "cache" }
  anti_affinity { app = "cach" } # ERROR: Unknown reference: There is no app "cach". Did you mean "cache"?
}

app "l" {
  kind       = "Job"
  image      = "nginx"
  pod_labels = {}
}

app "m" {
  image = "nginx"
  affinity { app = app.l } # ERROR: Invalid value: The pods of app.l have no labels, by which they could be told from others.
}
