# ---- access.hcl
resource "ClusterRole" "fluent-bit-read" {
  rules = [{ apiGroups = [""], resources = ["namespaces", "pods"], verbs = ["get", "list", "watch"] }]
}

resource "ClusterRoleBinding" "fluent-bit-read" {
  roleRef  = { apiGroup = "rbac.authorization.k8s.io", kind = "ClusterRole", name = "fluent-bit-read" }
  subjects = [{ kind = "ServiceAccount", name = "fluent-bit", namespace = "logging" }]
}

# ---- fluent-bit.hcl
app "fluent-bit" {
  kind                     = "DaemonSet"
  image                    = "fluent/fluent-bit:3.1"
  labels                   = { k8s-app = "fluent-bit-logging" }
  selector                 = { k8s-app = "fluent-bit-logging" }
  env                      = { FLUENT_ELASTICSEARCH_HOST = "elasticsearch", FLUENT_ELASTICSEARCH_PORT = "9200" }
  termination_grace_period = "10s"
  port "2020" { exposed = false }

  volume "varlog" {
    host_path { path = "/var/log" }
  }

  volume "config" { config = config.fluent-bit-config }

  mount "/var/log" { volume = "varlog" }
  mount "/fluent-bit/etc/" { volume = "config" }

  toleration {
    key    = "node-role.kubernetes.io/control-plane"
    effect = "NoSchedule"
  }

  # A DaemonSet with rights, a ConfigMap with pipelines and a headless Service.
  service_account {}
}

config "fluent-bit-config" {
  labels = { k8s-app = "fluent-bit" }
  data = {
    "fluent-bit.conf" = <<-EOT
      [SERVICE]
          Flush         1
          Log_Level     info

      [INPUT]
          Name              tail
          Path              /var/log/containers/*.log

      [OUTPUT]
          Name            es
          Host            $${FLUENT_ELASTICSEARCH_HOST}
          Port            $${FLUENT_ELASTICSEARCH_PORT}
    EOT
  }
}

# renamed: ConfigMap fluent-bit-config to fluent-bit-config-*
# relabelled: [ServiceAccount fluent-bit] k8s-app: "" to "fluent-bit-logging"
