release "r" {
  namespace = local.ns # ERROR: Invalid reference: The release block can refer to variables, and to locals made from these alone; local.ns is part of the release.
}

locals { ns = app.a.name }

app "a" { image = "nginx" }
