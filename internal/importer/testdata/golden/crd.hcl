# ---- resources.hcl
# A definition with schemas, columns and subresources, and an object of it.
resource "CustomResourceDefinition" "crontabs-stable-example-com" {
  name        = "crontabs.stable.example.com"
  annotations = { "controller-gen.kubebuilder.io/version" = "v0.15.0" }
  spec = {
    group = "stable.example.com"
    scope = "Namespaced"
    names = {
      plural     = "crontabs"
      singular   = "crontab"
      kind       = "CronTab"
      shortNames = ["ct"]
      categories = ["all"]
    }
    versions = [{
      name    = "v1"
      served  = true
      storage = true
      subresources = {
        status = {}
        scale  = { specReplicasPath = ".spec.replicas", statusReplicasPath = ".status.replicas" }
      }
      additionalPrinterColumns = [{ name = "Spec", type = "string", jsonPath = ".spec.cronSpec", description = "When it runs" }]
      schema = {
        openAPIV3Schema = {
          type = "object"
          description = chomp(<<-EOT
            A CronTab runs things.

            It has "quotes", $${dollars} and %%{percents}.
          EOT
          )
          required = ["spec"]
          properties = {
            spec = {
              type = "object"
              properties = {
                cronSpec = { type = "string", pattern = "^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$" }
                replicas = {
                  type    = "integer"
                  format  = "int32"
                  minimum = 0
                  maximum = 2147483647
                  default = 1
                }
                ratio = { type = "number", multipleOf = 0.5 }
                mode  = { type = "string", enum = ["fast", "slow", "", "1"] }
                any   = { x-kubernetes-preserve-unknown-fields = true, nullable = true }
                port = {
                  x-kubernetes-int-or-string = true
                  anyOf                      = [{ type = "integer" }, { type = "string" }]
                }
                list = {
                  type = "array"
                  items = {
                    type       = "object"
                    required   = ["name"]
                    properties = { name = { type = "string" }, value = { type = "boolean", default = false } }
                  }
                  x-kubernetes-list-type     = "map"
                  x-kubernetes-list-map-keys = ["name"]
                }
              }
              x-kubernetes-validations = [{ rule = "self.replicas < 100", message = "too many" }]
            }
            status = { type = "object", properties = { replicas = { type = "integer" } } }
          }
        }
      }
    }]
  }
}

resource "CronTab" "example" {
  api_version = "stable.example.com/v1"
  spec = {
    cronSpec = "* * * * */5"
    replicas = 2
    ratio    = 1.5
    port     = "http"
    list     = [{ name = "a", value = true }]
  }
}
