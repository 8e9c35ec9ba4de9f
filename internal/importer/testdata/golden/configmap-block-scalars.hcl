# ---- shared.hcl
# All ways to write text of several lines, and what becomes of the last line ends.
config "blocks" {
  versioned = false
  data = {
    clip = <<-EOT
      one
      two
    EOT
    strip = chomp(<<-EOT
      one
      two
    EOT
    )
    keep         = "one\ntwo\n\n\n"
    folded       = <<-EOT
      these lines become one
      after an empty line
    EOT
    folded-strip = "no line end"
    folded-keep  = "folded\n\n"
    indented     = <<-EOT
        two more than the block
      none more
    EOT
    quoted = chomp(<<-EOT
      line one
      line two	tab "quotes" \ backslash
    EOT
    )
    single          = "it's one line"
    wrapped         = "this is one line"
    plain           = "this is one line too"
    trailing-blanks = <<-EOT
      blanks at the end   
        and at the beginning
    EOT
    only-newlines   = "\n\n\n"
    empty           = ""
    empty-block     = ""
  }
}
