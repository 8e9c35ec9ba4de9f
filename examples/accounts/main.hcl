# Who the pods of an app are to the API server, and what they may do there.

release "accounts" { namespace = "example-accounts" }

# An operator: it watches its own namespace, changes one app, and reads nodes of the
# whole cluster.
app "operator" {
  image = "example.com/operator:1.0"
  service_account {
    annotations = { "example.com/cloud-role" = "operator" }
    rule {
      resources = ["configmaps", "pods", "pods/log"]
      verbs     = ["get", "list", "watch"]
    }
    rule {
      api_groups     = ["apps"]
      resources      = ["deployments", "deployments/scale"]
      resource_names = ["web"]
      verbs          = ["get", "patch"]
    }
    cluster_rule {
      resources = ["nodes"]
      verbs     = ["get", "list", "watch"]
    }
    cluster_rule {
      paths = ["/metrics", "/healthz/*"]
      verbs = ["get"]
    }
  }
}

# A web server has nothing to say to the API server: an account without a token.
app "web" {
  image = "nginx:1.27"
  service_account { token = false }
}

# Another app under the namespace's own account.
app "batch" {
  image = "example.com/batch:1.0"
  service_account {
    existing = "default"
    token    = false
  }
}
