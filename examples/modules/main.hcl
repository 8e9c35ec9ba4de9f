# Three apps from one module, in three environments: dev, staging and prod, each of
# which is a file of values, such as dev.vars.hcl: stowage plan --env dev

release "modules" { namespace = "example-modules" }

variable "services" {
  description = "The apps, by name."
  type = map(object({
    version  = string
    replicas = optional(number, 1)
    settings = optional(map(string), {})
  }))
}

variable "limits" {
  description = "Requests in a second that a service takes, by its name."
  type        = map(number)
  default     = {}
}

app "broker" {
  image = "example.com/broker:4"
  port "amqp" { number = 5672 }
  readiness { tcp = "amqp" }
}

module "service" {
  source   = "./service"
  for_each = var.services

  name     = each.key
  image    = "example.com/${each.key}:${each.value.version}"
  replicas = each.value.replicas
  settings = merge(each.value.settings, { BROKER = app.broker.host })
}

# The gateway knows all of them.
app "gateway" {
  image  = "example.com/gateway:2.0"
  config = { for name, service in module.service : "${upper(name)}_URL" => service.url }
  port "http" { number = 8080 }
}

# The limits of those that have one: LABEL-KEY, as in limits-catalog.
config "limits" {
  for_each = var.limits
  data     = { requests_per_second = each.value, service = module.service[each.key].url }
}

output "urls" {
  value = { for name, service in module.service : name => service.url }
}
