# What the web server is told.
config "web-config" {
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
}

config "shared" {
  data = { "motd.txt" = "Welcome" }
}

resource "Deployment" "web" {
  labels = { app = "web" }
  spec = {
    selector = { matchLabels = { app = "web" } }
    template = {
      metadata = { labels = { app = "web" } }
      spec = {
        containers = [{
          name         = "web"
          image        = "example.com/web:1.0"
          envFrom      = [{ configMapRef = { name = config.web-config.name } }]
          env          = [{ name = "MOTD", valueFrom = { configMapKeyRef = { name = config.shared.name, key = "motd.txt" } } }]
          volumeMounts = [{ name = "conf", mountPath = "/etc/web" }]
        }]
        volumes = [{ name = "conf", configMap = { name = config.web-files.name } }]
      }
    }
  }
}

resource "Deployment" "worker" {
  labels = { app = "worker" }
  spec = {
    selector = { matchLabels = { app = "worker" } }
    template = {
      metadata = { labels = { app = "worker" } }
      spec = {
        containers = [{
          name    = "worker"
          image   = "example.com/worker:1.0"
          envFrom = [{ configMapRef = { name = config.shared.name } }]
        }]
      }
    }
  }
}
