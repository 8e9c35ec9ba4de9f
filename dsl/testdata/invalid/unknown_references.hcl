release "r" {}

variable "image_tag" { default = "1" }

locals { common = "x" }

secret "mysql" {
  data = { password = "x" }
}

app "mysql" {
  image = "mysql:5.7"
  port "tcp" { number = 3306 }
}

app "worker" { image = "busybox" }

app "web" {
  image = "nginx:${var.image_tg}" # ERROR: Unknown reference: There is no variable "image_tg". Did you mean "image_tag"?
  env = {
    A = app.mysq.host # ERROR: Unknown reference: There is no app "mysq". Did you mean "mysql"?
    B = secret.mysql.key.passwrd # ERROR: Unknown attribute: secret.mysql.key has no "passwrd"; there is password. Did you mean "password"?
    C = local.comon # ERROR: Unknown reference: There is no local "comon". Did you mean "common"?
    D = app.mysql.hostname # ERROR: Unknown attribute: app.mysql has no "hostname"; there is fqdn, host, image, name, port, selector, service, version.
    E = app.mysql.port.tpc # ERROR: Unknown attribute: app.mysql.port has no "tpc"; there is tcp. Did you mean "tcp"?
    F = app.worker.host # ERROR: Unknown attribute: app.worker has no port block, and so no Service that could be referred to.
    G = release.namspace # ERROR: Unknown attribute: release has no "namspace"; there is name, namespace. Did you mean "namespace"?
    H = secrets.mysql.name # ERROR: Invalid reference: There is nothing called "secrets"; references start with app, config, each, local, module, path, release, resource, secret, var. Did you mean "secret"?
    I = mysql # ERROR: Invalid reference: mysql alone is not a reference. Text is written in quotes: "mysql".
    J = app.mysql["hots"] # ERROR: Unknown attribute: app.mysql has no for_each, and so no instance "hots".
    K = config.mysql.name # ERROR: Unknown reference: There is no config "mysql".
    L = var # ERROR: Invalid reference: "var" must be followed by a dot and a name, as in var.NAME.
    M = var["nope"] # ERROR: Unknown reference: There is no variable "nope".
    N = path.root
  }
}
