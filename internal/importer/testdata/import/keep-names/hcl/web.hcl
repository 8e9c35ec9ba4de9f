app "web" {
  image    = "example.com/web:1.0"
  labels   = { app = "web" }
  selector = { app = "web" }
  env      = { MOTD = config.shared.key["motd.txt"] }
  env_from { config = config.web-config }

  volume "conf" { config = config.web-files }

  mount "/etc/web" { volume = "conf" }
}

# What the web server is told.
config "web-config" {
  versioned   = false
  labels      = { app = "web", "app.kubernetes.io/name" = "web" }
  annotations = { "example.com/team" = "front" }
  data = {
    # Seconds.
    TIMEOUT   = "30"
    LOG_LEVEL = "debug" # noisy
    TEMPLATE  = "$${HOME} and %%{if}"
    EMPTY     = ""
    ENABLED   = "true"
  }
}

config "web-files" {
  versioned = false
  data = {
    "nginx.conf" = <<-EOT
      server {
        listen 80;

        location / {
          return 200 "$${host}";
        }
      }
    EOT
    "no-newline.txt" = chomp(<<-EOT
      one
      two
    EOT
    )
    "indented.txt"   = <<EOT
  one
  two
EOT
    "windows.ini"    = file("files/web-files/windows.ini")
    "decomposed.txt" = file("files/web-files/decomposed.txt")
    "logo.png"       = file("files/web-files/logo.png")
  }

  override "ConfigMap" { immutable = true }
}
