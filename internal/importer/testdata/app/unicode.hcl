# ---- files/nfd/Deployment.spec.template.spec.containers-0-.args-0-
café
# ---- files/nfd/spec.template.spec.containers-0-.env-0-
café
# ---- nfd.hcl
app "nfd" {
  image    = "x"
  selector = { app = "nfd" }
  command = [
    "sh",
    "-c",
    <<-EOT
      a
      b
    EOT
    ,
  ]
  args = ["café"]
  env = {
    A = file("files/nfd/spec.template.spec.containers-0-.env-0-")
    B = chomp(<<-EOT
      line1
      line2
    EOT
    )
    C = "a\r\nb\u0000"
  }

  override "Deployment" {
    spec = {
      template = {
        spec = {
          containers = [{ name = "nfd", args = [file("files/nfd/Deployment.spec.template.spec.containers-0-.args-0-")] }]
        }
      }
    }
  }
}
