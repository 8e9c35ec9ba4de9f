release "r" {}

app "cache" { image = "redis" }

app "web" {
  image = "nginx"
  affinity { app = "cache" }
  anti_affinity { app = "cach" } # ERROR: Unknown reference: There is no app "cach". Did you mean "cache"?
}
