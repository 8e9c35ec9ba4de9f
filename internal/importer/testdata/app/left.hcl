# ---- .gitignore
# Values of sensitive variables.
secrets.auto.vars.hcl

# ---- network.hcl
resource "Service" "odd3" {
  spec = { clusterIP = "None", selector = { app = "odd3" }, ports = [{ port = 80 }] }
}

# ---- odd.hcl
# What the language has no words for, or refuses, is said by an override; objects that need too much of it leave the app.
app "odd" {
  image    = "odd:1"
  selector = { app = "odd" }
  env      = { TWICE = "a", PLAIN = "plain" }
  env_from { config = config.odd }

  port "http" { number = 80 }

  service { type = "LoadBalancer" }

  volume "vars" {
    empty_dir {}
  }

  mount "/vars" { volume = "vars" }

  liveness { http = { path = "/", port = 80 } }

  override "Deployment" {
    metadata = { annotations = { "reloader.stakater.com/auto" = "true" } }
    spec = {
      revisionHistoryLimit = 3
      template = {
        spec = {
          automountServiceAccountToken = false
          containers = [{
            name = "odd"
            env = [{
              name      = "FILE"
              valueFrom = { fileKeyRef = { volumeName = "vars", path = "vars.env", key = "X" } }
            }]
            livenessProbe   = { httpGet = { host = "127.0.0.1" }, terminationGracePeriodSeconds = 5 }
            securityContext = { runAsUser = 4294967294, capabilities = { add = ["CAP_NET_ADMIN"] } }
            volumeMounts    = [{ name = "csi", mountPath = "/csi" }]
          }]
          volumes = [{ name = "csi", csi = { driver = "example.com" } }]
          tolerations = [
            { key = "a", operator = "Exists", effect = "NoSchedule" },
            { key = "cpus", operator = "Gt", value = "4" },
          ]
        }
      }
    }
  }

  override "Service" { spec = { loadBalancerIP = "203.0.113.1" } }
}

config "odd" {
  data = { "not.a.name" = "x", KEY = "v" }
}

# ---- resources.hcl
secret "odd3" {
  data = { TOKEN = var.odd3_token }
}

resource "HorizontalPodAutoscaler" "odd" {
  spec = {
    scaleTargetRef = { apiVersion = "apps/v1", kind = "Deployment", name = "odd" }
    maxReplicas    = 3
    metrics = [{
      type = "Pods"
      pods = { metric = { name = "requests" }, target = { type = "AverageValue", averageValue = "10" } }
    }]
  }
}

resource "PodDisruptionBudget" "odd" {
  spec = {
    minAvailable = 1
    selector     = { matchExpressions = [{ key = "app", operator = "In", values = ["odd"] }] }
  }
}

# No app can have this name.
resource "StatefulSet" "resource-3-odd" {
  name = "3.odd"
  spec = {
    serviceName = "odd3"
    selector    = { matchLabels = { app = "odd3" } }
    template = {
      metadata = { labels = { app = "odd3" } }
      spec = {
        containers = [{ name = "odd3", image = "odd3", envFrom = [{ secretRef = { name = secret.odd3.name } }] }]
      }
    }
  }
}

# ---- secrets.auto.vars.hcl
# Values of sensitive variables. Whoever can read this file knows them:
# .gitignore keeps it out of the repository.

odd3_token = "t"

# ---- variables.hcl
variable "odd3_token" {
  description = "Key \"TOKEN\" of secret.odd3, for resource.StatefulSet.resource-3-odd."
  type        = string
  sensitive   = true
}

# renamed: ConfigMap odd to odd-*
# renamed: Secret odd3 to odd3-*
# note: Deployment odd: no longer has replicas = 2: HorizontalPodAutoscaler odd chooses the number of pods
# note: StatefulSet 3.odd: could not be written as an app block: Invalid name: The name of an app must start with a letter, for its Service is named after it.
