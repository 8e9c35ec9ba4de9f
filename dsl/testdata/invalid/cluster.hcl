variable "nowhere" {
  type    = string
  default = null
}
variable "key" {
  default   = "x"
  sensitive = true
}
release "r" {
  cluster {
    server = "api.example.com:6443" # ERROR: Invalid value: "server" must be the URL of an API server, as in https://api.example.com:6443.
    uid    = "petclinic" # ERROR: Invalid value: "uid" must be a UID, as in 6f2b1c9e-0a4d-4e8b-9b57-3f1d2c8a7e60.
    name   = "prod" # ERROR: Unsupported argument: An argument named "name" is not expected here.
  }
  cluster {} # ERROR: Duplicate block: There can be one cluster block here; there is one already at main.hcl:10. # ERROR: Missing required argument: A cluster block says which cluster it is: by its server, by its uid, or by both.
  cluster { server = var.nowhere } # ERROR: Duplicate block: There can be one cluster block here; there is one already at main.hcl:10. # ERROR: Missing required argument: A cluster block says which cluster it is: by its server, by its uid, or by both.
  cluster { server = "https://root:secret@api.example.com" } # ERROR: Duplicate block: There can be one cluster block here; there is one already at main.hcl:10. # ERROR: Invalid value: "server" must be the URL of an API server alone, without a user, a query or a fragment.
  cluster { uid = var.key } # ERROR: Duplicate block: There can be one cluster block here; there is one already at main.hcl:10. # ERROR: Sensitive value not allowed here: The value of "uid" is sensitive. Sensitive values may stand in the data of a secret block and in the env and secret arguments of an app; anywhere else they could be read by others.
  cluster { server = "https://:6443" } # ERROR: Duplicate block: There can be one cluster block here; there is one already at main.hcl:10. # ERROR: Invalid value: "server" must be the URL of an API server, as in https://api.example.com:6443.
  cluster { uid = app.web.host } # ERROR: Duplicate block: There can be one cluster block here; there is one already at main.hcl:10. # ERROR: Invalid reference: The release block can refer to variables, and to locals made from these alone; app.web is part of the release.
}
app "web" { image = "nginx" }
