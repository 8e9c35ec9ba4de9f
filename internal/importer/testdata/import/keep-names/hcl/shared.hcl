config "shared" {
  versioned = false
  data      = { "motd.txt" = "Welcome" }
}

# Found by its label.
config "dashboard" {
  versioned = false
  labels    = { grafana_dashboard = "1" }
  data      = { "board.json" = "{\"panels\": []}" }
}

config "empty" {
  versioned = false
  data      = {}
}

config "config-9lives-example" {
  name      = "9lives.example"
  versioned = false
  data      = { a = "b" }
}

resource "ConfigMap" "web-config" {
  namespace  = "elsewhere"
  data       = { KEY = "value" }
  binaryData = { "zero.bin" = filebase64("files/web-config/zero.bin") }
}
