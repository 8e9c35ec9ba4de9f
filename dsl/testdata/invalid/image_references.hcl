release "r" {}

app "a" { image = "nginx:" } # ERROR: Invalid value: "image" must be an image reference such as "mysql:5.7" or "registry.example.com:5000/team/app:1.2"; the path is in lower case.
app "b" { image = "Library/nginx" }
app "c" { image = "nginx@sha256:123" } # ERROR: Invalid value: "image" must be an image reference such as "mysql:5.7" or "registry.example.com:5000/team/app:1.2"; the path is in lower case.
app "d" { image = "https://example.com/nginx" } # ERROR: Invalid value: "image" must be an image reference such as "mysql:5.7" or "registry.example.com:5000/team/app:1.2"; the path is in lower case.
app "e" { image = " nginx" } # ERROR: Invalid value: "image" must be an image reference such as "mysql:5.7" or "registry.example.com:5000/team/app:1.2"; the path is in lower case.
app "f" { image = "example.com:5000/a/b_c/d--e:v1.0_x@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" }
app "g" { image = "Example.COM/nginx" }
app "h" { image = "nginx:a:b" } # ERROR: Invalid value: "image" must be an image reference such as "mysql:5.7" or "registry.example.com:5000/team/app:1.2"; the path is in lower case.
