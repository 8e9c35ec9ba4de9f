# ---- stretchy.hcl
# Metrics of all kinds, and behaviours.
app "stretchy" {
  image    = "stretchy:1"
  selector = { app = "stretchy" }
  resources { requests = { cpu = "100m", memory = "64Mi" } }

  autoscale {
    name = "stretchy-hpa"
    min  = 2
    max  = 20
    cpu  = 60
  }

  override "HorizontalPodAutoscaler" {
    name     = "stretchy-hpa"
    metadata = { labels = { app = "stretchy" } }
    spec = {
      metrics = [
        {
          resource = { name = "cpu", target = { averageUtilization = 60, type = "Utilization" } }
          type     = "Resource"
        },
        {
          resource = { name = "memory", target = { averageValue = "200Mi", type = "AverageValue" } }
          type     = "Resource"
        },
        {
          containerResource = {
            container = "stretchy"
            name      = "cpu"
            target    = { averageUtilization = 80, type = "Utilization" }
          }
          type = "ContainerResource"
        },
        {
          pods = {
            metric = { name = "requests_per_second" }
            target = { averageValue = "1k", type = "AverageValue" }
          }
          type = "Pods"
        },
        {
          object = {
            describedObject = { apiVersion = "networking.k8s.io/v1", kind = "Ingress", name = "main" }
            metric          = { name = "hits", selector = { matchLabels = { verb = "GET" } } }
            target          = { type = "Value", value = "10k" }
          }
          type = "Object"
        },
        {
          external = {
            metric = { name = "queue_length", selector = { matchLabels = { queue = "jobs" } } }
            target = { averageValue = "30", type = "AverageValue" }
          }
          type = "External"
        },
      ]
      behavior = {
        scaleUp = {
          policies = [
            { periodSeconds = 15, type = "Percent", value = 100 },
            { periodSeconds = 15, type = "Pods", value = 4 },
          ]
        }
        scaleDown = { stabilizationWindowSeconds = 600, selectPolicy = "Disabled" }
      }
    }
  }
}

# note: Deployment stretchy: no longer has replicas = 2: HorizontalPodAutoscaler stretchy-hpa chooses the number of pods
