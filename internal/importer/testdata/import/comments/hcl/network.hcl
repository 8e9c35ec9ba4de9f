resource "NetworkPolicy" "web" {
  spec = {
    podSelector = {} # everything
    # Only what comes in.
    policyTypes = [
      "Ingress", # first
      # - Egress
    ]
    ingress = [{
      from = [
        # The shop.
        { podSelector = { matchLabels = { app = "shop" } } },
        # And the monitoring.
        { namespaceSelector = { matchLabels = { team = "ops" } } },
      ]
    }]
  }
  # The end of the file.
}
