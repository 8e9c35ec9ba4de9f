release "r" {}

app "db" {
  image = "mysql:5.7"
  port "tcp" { number = 3306 }
  env = { WEB = "http://web/" } # WARNING: Dependency in plain text: This text names the Service of app.web. Write ${app.web.host} in its place: then a renamed app is an error and not a dead address. Until then app.db is ordered after app.web because of this text.
}

app "web" {
  image  = "nginx"
  config = { URL = "jdbc:mysql://db:3306/petclinic" } # WARNING: Dependency in plain text: This text names the Service of app.db. Write ${app.db.host} in its place: then a renamed app is an error and not a dead address. The text does not order the two, since app.db comes after app.web already.
  port "http" { number = 80 }
}

app "cron" {
  image = "nginx"
  env = {
    A = "db:3306" # WARNING: Dependency in plain text: This text names the Service of app.db. Write ${app.db.host} in its place: then a renamed app is an error and not a dead address. Until then app.cron is ordered after app.db because of this text.
    B = "db"
    C = "http://other/"
    D = "root@db/x"
    E = "http://web.default.svc/"
    F = "http://web.other.svc/"
    G = "db:1"
  }
}
