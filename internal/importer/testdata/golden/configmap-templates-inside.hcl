# ---- shared.hcl
# Text that means something to HCL, shells and template engines, and must not mean anything here.
config "templates" {
  versioned = false
  data = {
    interpolation = "$${HOME} $$${HOME} $$$${HOME} $HOME $${}"
    directive     = "%%{ if true } %%%{ endif } 100%%{"
    heredoc       = <<-EOT_
      cat <<EOF
      $${value}
      EOF
      cat <<-END
      %%{ for x in y }
        END
      EOT
    EOT_
    only-eof      = "EOF\n"
    go-template   = "{{ range .Alerts }}{{ .Labels.alertname }}{{ end }}\n"
    jinja         = "{% if x %}{{ y }}{% endif %}"
    makefile      = <<-EOT
      all:
      	$(CC) -o $@ $<
    EOT
    regex         = "^(?:\\d+)\\s*\"[^\"]*\"\\\\$"
    hash          = "# not a comment"
    hcl           = <<-EOT
      resource "a" "b" {
        c = "$${d}"
      }
    EOT
  }
}
