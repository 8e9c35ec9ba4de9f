app "migrate" {
  kind  = "Job"
  image = "example.com/migrate:1.0"
  env_from { config = config.pods-alone }
}
