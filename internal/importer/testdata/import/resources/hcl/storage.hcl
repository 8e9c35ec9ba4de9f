resource "StorageClass" "fast" {
  provisioner          = "example.com/disk"
  parameters           = { type = "ssd", "csi.storage.k8s.io/node-stage-secret-name" = "disk" }
  reclaimPolicy        = "Retain"
  allowVolumeExpansion = true
}

resource "PersistentVolumeClaim" "data" {
  spec = {
    accessModes      = ["ReadWriteOnce"]
    storageClassName = "fast"
    resources        = { requests = { storage = "10Gi" } }
  }
}
