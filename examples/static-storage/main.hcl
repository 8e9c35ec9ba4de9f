# Storage that somebody has set up by hand: a class that provisions nothing, a volume
# that is there, and the claim that it is for.

release "static-storage" { namespace = "example-static-storage" }

resource "StorageClass" "example-archive" {
  provisioner       = "kubernetes.io/no-provisioner"
  reclaimPolicy     = "Retain"
  volumeBindingMode = "Immediate"
  mountOptions      = ["noatime"]
  parameters        = { tier = "cold" }
}

resource "PersistentVolume" "example-archive" {
  spec = {
    capacity                      = { storage = "50Gi" }
    accessModes                   = ["ReadWriteMany"]
    persistentVolumeReclaimPolicy = "Retain"
    storageClassName              = resource.StorageClass.example-archive.name
    nfs                           = { server = "nfs.example.com", path = "/exports/archive" }
    claimRef                      = { name = "archive", namespace = release.namespace }
  }
}

# It is bound to that volume and no other.
resource "PersistentVolumeClaim" "archive" {
  spec = {
    accessModes      = ["ReadWriteMany"]
    storageClassName = resource.StorageClass.example-archive.name
    volumeName       = resource.PersistentVolume.example-archive.name
    resources        = { requests = { storage = "50Gi" } }
  }
}
