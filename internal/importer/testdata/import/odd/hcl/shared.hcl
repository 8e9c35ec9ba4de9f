# Names that differ in case alone, and such that mean something to HCL.
config "for" {
  versioned = false
  data = {
    "for"     = "1"
    "null"    = "2"
    if        = "3"
    "true"    = "4"
    "..."     = "5"
    "1"       = "6"
    ".a"      = "7"
    Key       = file("files/for/Key")
    key       = file("files/for-2/key")
    ".key"    = file("files/for/.key")
    "key.hcl" = file("files/for/key.hcl")
  }
}
