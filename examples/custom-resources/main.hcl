# A kind of one's own and objects of it, in one release: the definition is there before
# them, and goes after them.

release "custom-resources" { namespace = "example-custom-resources" }

resource "CustomResourceDefinition" "berths" {
  name = "berths.example.com"
  spec = {
    group = "example.com"
    scope = "Namespaced"
    names = { kind = "Berth", plural = "berths", singular = "berth", shortNames = ["bt"] }
    versions = [{
      name    = "v1"
      served  = true
      storage = true
      schema = {
        openAPIV3Schema = {
          type     = "object"
          required = ["spec"]
          properties = {
            spec = {
              type     = "object"
              required = ["depth"]
              properties = {
                depth = { type = "integer", format = "int64", minimum = 1 }
                side  = { type = "string", enum = ["port", "starboard"], default = "port" }
                ships = { type = "array", items = { type = "string" } }
                extra = { type = "object", "x-kubernetes-preserve-unknown-fields" = true }
              }
            }
          }
        }
      }
      additionalPrinterColumns = [{ name = "Depth", type = "integer", jsonPath = ".spec.depth" }]
    }]
  }
}

resource "Berth" "north" {
  spec = {
    depth = 12
    ships = ["Tern", "Petrel"]
    extra = { crane = { lifts = 40.5 } }
  }
}

resource "Berth" "south" {
  depends_on = [resource.Berth.north]
  spec       = { depth = 15, side = "starboard" }
}
