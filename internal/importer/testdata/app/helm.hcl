# ---- release-name-shop.hcl
app "release-name-shop" {
  image = "registry.example.com/shop:1.16.0"
  labels = {
    "helm.sh/chart"              = "shop-0.1.0"
    "app.kubernetes.io/name"     = "shop"
    "app.kubernetes.io/instance" = "release-name"
    "app.kubernetes.io/version"  = "1.16.0"
  }
  selector = { "app.kubernetes.io/name" = "shop", "app.kubernetes.io/instance" = "release-name" }
  pod_labels = {
    "helm.sh/chart"                = "shop-0.1.0"
    "app.kubernetes.io/name"       = "shop"
    "app.kubernetes.io/instance"   = "release-name"
    "app.kubernetes.io/version"    = "1.16.0"
    "app.kubernetes.io/managed-by" = "Helm"
  }
  annotations        = { "checksum/config" = "0123abcd" }
  container_name     = "shop"
  image_pull_secrets = ["regcred"]
  node_selector      = { disk = "ssd" }

  env_from {
    secret   = "release-name-shop-extra"
    optional = true
  }

  port "http" { number = 80 }

  volume "tmp" {
    empty_dir {}
  }

  volume "foo" { secret = "mysecret" }

  mount "/tmp" { volume = "tmp" }

  mount "/etc/shop" {
    volume    = "foo"
    read_only = true
  }

  resources {
    requests = { cpu = "100m", memory = "128Mi" }
    limits   = { cpu = "100m", memory = "128Mi" }
  }

  readiness { http = { path = "/" } }

  liveness { http = { path = "/" } }

  security {
    fs_group       = 2000
    read_only_root = true
    capabilities   = { drop = ["ALL"] }

    container {
      user     = 1000
      non_root = true
    }
  }

  spread {
    across   = "zone"
    versions = "together"
  }

  autoscale {
    min = 1
    max = 100
    cpu = 80
  }

  service_account {}

  override "Deployment" {
    spec = {
      template = {
        spec = {
          volumes = [{ name = "foo", secret = { optional = false } }]
          affinity = {
            podAntiAffinity = {
              preferredDuringSchedulingIgnoredDuringExecution = [{
                podAffinityTerm = {
                  labelSelector = {
                    matchExpressions = [{ key = "app.kubernetes.io/name", operator = "In", values = ["shop"] }]
                  }
                  topologyKey = "kubernetes.io/hostname"
                }
                weight = 100
              }]
            }
          }
        }
      }
    }
  }

  override "HorizontalPodAutoscaler" {
    spec = { behavior = { scaleDown = { stabilizationWindowSeconds = 600 } } }
  }

  override "ServiceAccount" { automountServiceAccountToken = true }
}

# ---- resources.hcl
resource "Pod" "release-name-shop-test-connection" {
  labels = {
    "helm.sh/chart"              = "shop-0.1.0"
    "app.kubernetes.io/name"     = "shop"
    "app.kubernetes.io/instance" = "release-name"
    "app.kubernetes.io/version"  = "1.16.0"
  }
  annotations = { "helm.sh/hook" = "test" }
  spec = {
    containers    = [{ name = "wget", image = "busybox", command = ["wget"], args = ["release-name-shop:80"] }]
    restartPolicy = "Never"
  }
}

# relabelled: [Deployment release-name-shop Service release-name-shop HorizontalPodAutoscaler release-name-shop ServiceAccount release-name-shop Pod release-name-shop-test-connection] app.kubernetes.io/managed-by: "Helm" to "stowage"
# note: Pod release-name-shop-test-connection: is a hook of Helm (test), which Helm makes at its own time; here it is applied with everything else
