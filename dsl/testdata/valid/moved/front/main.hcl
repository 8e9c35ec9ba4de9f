config "options" { data = { a = "b" } }
config "extra" { data = { a = "b" } }
moved {
  from = config.more
  to   = config.extra
}
