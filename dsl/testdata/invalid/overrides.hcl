release "r" {}

variable "password" {
  default   = "x"
  sensitive = true
}

app "a" {
  image = "nginx"
  override {} # ERROR: Missing kind for override: All override blocks must have 1 labels (kind).
  override "Deployment" {} # ERROR: Missing fields: An override names the fields that it changes, as in spec = { ... }.
  override "Service" {
    spec {} # ERROR: Unsupported block type: Fields of Kubernetes are written with an equals sign, as in spec = { ... }.
  }
  override "Deployment" {
    spec = {
      replicas = var.password # ERROR: Sensitive value not allowed here: The value of spec.replicas is sensitive, and could be read by all who may read the object. Put it into a secret block, and refer to its key.
      template = { spec = { hostname = [for x in ["a"] : var.password][0] } } # ERROR: Sensitive value not allowed here: The value of spec.template.spec.hostname is sensitive, and could be read by all who may read the object. Put it into a secret block, and refer to its key.
      nowhere  = config.none.name # ERROR: Unknown reference: There is no config "none".
    }
  }
  override "StatefulSet" {
    spec = {
      minReadySeconds = 1
      minReadySeconds = 2 # ERROR: Duplicate key: "minReadySeconds" is already written at main.hcl:24; only one of the two could count.
      huge            = 9223372036854775808 # ERROR: Invalid value: The value of spec.huge is a number that does not fit into 64 bits. Write it as text if the field takes text.
      "${var.password}" = 1 # ERROR: Sensitive key: This key is made from a sensitive value. Keys are shown in plans; only values may be sensitive.
    }
  }
}

app "b" {
  image = "nginx"
  override "Deployment" {
    metadata = {}
  }
  override "Deployment" { # ERROR: Duplicate block: There is an override of this object already at main.hcl:34.
    spec = {}
  }
  override "PersistentVolumeClaim" {
    name = "Not A Name" # ERROR: Invalid value: "name" must be a DNS name: lower-case letters, digits, dashes and dots, with a letter or digit at both ends of each part.
    spec = {}
  }
}
