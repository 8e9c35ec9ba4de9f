release "r" {}

app "web" {
  image = "nginx"
  env = {
    TYPO      = { field = "status.podIp" } # ERROR: Invalid value: "TYPO" must be a field of the pod, one of metadata.name, metadata.namespace, metadata.uid, spec.nodeName, spec.serviceAccountName, status.hostIP, status.hostIPs, status.podIP, status.podIPs, metadata.labels['KEY'], metadata.annotations['KEY']; "status.podIp" is none. Did you mean "status.podIP"?
    FILE      = { field = "metadata.labels" } # ERROR: Invalid value: "FILE" must be a field of the pod, one of metadata.name, metadata.namespace, metadata.uid, spec.nodeName, spec.serviceAccountName, status.hostIP, status.hostIPs, status.podIP, status.podIPs, metadata.labels['KEY'], metadata.annotations['KEY']; "metadata.labels" is none.
    KEY       = { field = "metadata.labels['a b']" } # ERROR: Invalid value: "KEY" must be made of letters, digits, dashes, underscores and dots, with a letter or digit at both ends, and may have a DNS name and a slash before it.
    TWO       = { field = "metadata.name", resource = "limits.cpu" } # ERROR: Invalid value: "TWO" must name one place: { field = "metadata.name" } or { resource = "limits.memory" }.
    MIXED     = { field = "metadata.name", key = "x" } # ERROR: Invalid value: "MIXED" must name one place: { secret = NAME, key = KEY }, { config = NAME, key = KEY }, { field = FIELD } or { resource = RESOURCE }.
    OPTIONAL  = { field = "metadata.name", optional = true } # ERROR: Invalid value: "OPTIONAL" must name one place: { secret = NAME, key = KEY }, { config = NAME, key = KEY }, { field = FIELD } or { resource = RESOURCE }.
    DIVIDED   = { field = "metadata.name", divisor = 1 } # ERROR: Invalid value: "DIVIDED" has a container or divisor, which go with resource.
    RESOURCE  = { resource = "limits.cpus" } # ERROR: Invalid value: "RESOURCE" must be a resource of a container, one of limits.cpu, limits.memory, limits.ephemeral-storage, requests.cpu, requests.memory, requests.ephemeral-storage; "limits.cpus" is none. Did you mean "limits.cpu"?
    UNIT      = { resource = "limits.memory", divisor = "2Mi" } # ERROR: Invalid value: "divisor" must be "1m", "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi" or "1Ei", not "2Mi". Did you mean "1Mi"?
    CPU       = { resource = "limits.cpu", divisor = "1Mi" } # ERROR: Invalid value: "CPU" has the divisor "1Mi"; CPU is told in "1" or "1m".
    MEMORY    = { resource = "limits.memory", divisor = "1m" } # ERROR: Invalid value: "MEMORY" has the divisor "1m", which is for CPU.
    NOBODY    = { resource = "limits.memory", container = "wep" } # ERROR: Unknown container: The pods of app.web have no container "wep". Did you mean "web"?
    UNKNOWN   = { fieldPath = "metadata.name" } # ERROR: Unsupported argument: "UNKNOWN" does not take "fieldPath".
    HUGE      = { resource = "requests.hugepages-2Mi", container = "web" }
  }
}
