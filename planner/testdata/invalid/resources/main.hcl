release "shop" {}

resource "NetworkPolicy" "unknown_field" {
  spec = {
    podSelektor = {} # ERROR at 5: NetworkPolicy unknown_field: spec.podSelektor: there is no such field. Did you mean "podSelector"?
    ingress = [{
      from = [{
        ipBlock = {
          cidrs = "10.0.0.0/8" # ERROR at 11: NetworkPolicy unknown_field: spec.ingress[0].from[0].ipBlock.cidrs: there is no such field. Did you mean "cidr"?
        }
      }]
    }]
  }
  spek = {} # ERROR at 3: NetworkPolicy unknown_field: spek: there is no such field. Did you mean "spec"?
}

resource "NetworkPolicy" "snake_case" {
  spec = {
    pod_selector = {} # ERROR at 5: NetworkPolicy snake_case: spec.pod_selector: there is no such field. Did you mean "podSelector"?
  }
}

resource "Service" "types" {
  spec = {
    type = 7 # ERROR at 5: Service types: spec.type: must be text, not a number
    ports = { # ERROR at 5: Service types: spec.ports: must be a list, not an object
      port = 80
    }
    selector = [ # ERROR at 5: Service types: spec.selector: must be an object, not a list
      "app",
    ]
  }
}

resource "PersistentVolume" "quantity" { # ERROR at 1: PersistentVolume quantity: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'
  spec = {
    capacity = {
      storage = "many"
    }
    accessModes = ["ReadWriteOnce"]
  }
}

resource "NetworkPolcy" "kind" {} # ERROR at 10: NetworkPolcy kind: NetworkPolcy is no built-in kind, and no CustomResourceDefinition of the configuration defines it. Did you mean "NetworkPolicy"? [say where it belongs with api_version = "GROUP/VERSION" if something else defines it]

resource "Event" "ambiguous" {} # ERROR at 10: Event ambiguous: there are several kinds Event [say which one is meant: api_version = "events.k8s.io/v1" or "v1"]

resource "Deployment" "version" { # ERROR at 10: Deployment version: Deployment has no version v3; there is v1, v1beta1, v1beta2 [leave api_version out to get the newest one]
  api_version = "apps/v3"
}

resource "ClusterRole" "namespace" {
  namespace = "shop" # ERROR at 3: ClusterRole namespace: objects of this kind are in no namespace [leave namespace out]
  rules     = []
}

resource "CustomResourceDefinition" "definition" {
  name = "berths.example.com"
  spec = {
    group = "example.com"
    scop  = "Namespaced" # ERROR at 5: CustomResourceDefinition berths.example.com: spec.scop: there is no such field. Did you mean "scope"?
    scope = "Namespaced"
    names = {
      kind   = "Berth"
      plural = "berths"
    }
    versions = [{
      name    = "v1"
      served  = true
      storage = true
      schema = { openAPIV3Schema = {
        type = "object"
        properties = {
          spec = {
            type     = "object"
            required = ["depth"]
            properties = {
              depth = { type = "integer", minimum = 1 }
              side  = { type = "string", enum = ["port", "starboard"] }
              ships = { type = "array", maxItems = 1, items = { type = "object", properties = { name = { type = "string", pattern = "^[A-Z]" } } } }
            }
          }
        }
      } }
    }]
  }
}

resource "Berth" "unknown_field" {
  spec = {
    dept = 12 # ERROR at 5: Berth unknown_field: spec.dept: there is no such field. Did you mean "depth"?
    ships = [{
      nam = "Tern" # ERROR at 7: Berth unknown_field: spec.ships[0].nam: there is no such field. Did you mean "name"?
    }]
  }
}

resource "Berth" "type" {
  spec = {
    depth = "12" # ERROR at 5: Berth type: spec.depth: must be a number, not text
  }
}

resource "Berth" "values" {
  spec = {
    depth = 0 # ERROR at 5: Berth values: spec.depth: should be greater than or equal to 1
    side  = "larboard" # ERROR at 5: Berth values: spec.side: should be one of [port starboard]
    ships = [{
      name = "tern" # ERROR at 7: Berth values: spec.ships[0].name: should match '^[A-Z]'
    }]
  }
}

resource "Berth" "required" {
  spec = { # ERROR at 3: Berth required: spec.depth: is required
    side = "port"
  }
}

resource "Berth" "version" {
  api_version = "example.com/v1"
  metadata = {
    finalizers = ["example.com/hold"]
  }
  spek = { depth = 2 } # ERROR at 3: Berth version: spek: there is no such field. Did you mean "spec"?
}
