# Where configuration comes from, and the ways in which an app gets it.

release "config" { namespace = "example-config" }

# Literals; numbers, lists and maps become text.
config "limits" {
  data = {
    MAX_ITEMS = 100
    REGIONS   = join(",", ["eu", "us"])
  }
}

# A file, the same under another key, and a literal beside them.
config "nginx" {
  data = {
    "nginx.conf"  = file("nginx.conf")
    "default.bak" = file("nginx.conf")
    "mime.types"  = "text/html html;\n"
  }
}

# A directory: each file under its name.
config "site" { data = dirfiles("site") }

# An env file, of which one value is another one here.
config "shop" { data = merge(envfile("shop.env"), { LOG_LEVEL = "debug" }) }

# A script, byte for byte.
config "scripts" { data = { "run.sh" = file("run.sh") } }

# Flags that pods read again and again: one ConfigMap, changed in place. No pod rolls.
config "flags" {
  versioned = false
  data      = { "flags.json" = jsonencode({ newCheckout = false }) }
}

# All keys as environment variables, also with a prefix, and single ones.
app "shop" {
  image  = "example.com/shop:2.0"
  config = { MODE = "production" } # the app's own
  env = {
    ITEMS = config.limits.key.MAX_ITEMS
    URL   = "http://localhost:$(PORT)/"
    PORT  = 8080
  }
  env_from { config = config.shop }
  env_from {
    config = config.limits
    prefix = "LIMIT_"
  }
  mount "/etc/flags" {
    config = config.flags
  }
}

# Files: a directory of all keys, chosen ones under other names with modes of their own,
# and one key as one file in a directory that has others.
app "web" {
  image = "nginx:1.27"
  port "http" { number = 80 }
  mount "/usr/share/nginx/html" {
    config = config.site
    mode   = "0444"
  }
  mount "/etc/nginx" {
    config = config.nginx
    items = {
      "nginx.conf" = "nginx.conf"
      "mime.types" = { path = "conf/mime.types", mode = "0400" }
    }
  }
  mount "/docker-entrypoint.d/run.sh" {
    config   = config.scripts
    sub_path = "run.sh"
    mode     = "0555"
  }
  mount "/etc/limits" { config = config.limits } # shared: a change rolls both apps
}
