release "r" {}

locals {
  missing  = file("nope.txt") # ERROR: Error in function call: Call to function "file" failed: there is no file "nope.txt"; paths start from the directory of the configuration: file does not exist.
  outside  = file("../../etc/passwd") # ERROR: Error in function call: Call to function "file" failed: "../../etc/passwd" leads out of the directory of the configuration, and only what is inside can be read.
  absolute = file("/etc/passwd") # ERROR: Error in function call: Call to function "file" failed: "/etc/passwd" leads out of the directory of the configuration, and only what is inside can be read.
  dir      = file("sub") # ERROR: Error in function call: Call to function "file" failed: "sub" is not a regular file.
  set      = fileset(".", "../*") # ERROR: Invalid function argument: Invalid value for "pattern" parameter: must be a pattern such as "*.conf" or "**/*.conf", without "..".
  env      = envfile("bad.env") # ERROR: Error in function call: Call to function "envfile" failed: line 2 of "bad.env" is not of the form NAME=VALUE.
  template = templatefile("hello.tmpl", { nam = "x" }) # ERROR: Error in function call: Call to function "templatefile" failed: hello.tmpl:1,9-13: Unknown variable; There is no variable named "name". Did you mean "nam"?.
  dirs     = dirfiles("../..") # ERROR: Error in function call: Call to function "dirfiles" failed: "../.." leads out of the directory of the configuration, and only what is inside can be read.
  again    = templatefile("again.tmpl", {}) # ERROR: Error in function call: Call to function "templatefile" failed: again.tmpl:1,3-15: Call to unknown function; There is no function named "templatefile"..
}

app "a" {
  image = "nginx"
  args  = [file("binary")] # ERROR: Invalid value: "args[0]" must be text, and this is binary.
}
