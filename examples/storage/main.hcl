# Storage that the cluster provides when it is asked for: a claim of an app, one for
# each pod of a StatefulSet, and one that two apps share.

release "storage" { namespace = "example-storage" }

# Keeps its files when the app is destroyed, unless --delete-data is said. A larger size
# is given to it while its pod runs; a smaller one is refused.
app "wiki" {
  image    = "dokuwiki/dokuwiki:2025"
  replicas = 1
  mount "/storage" {
    claim {
      size          = "2Gi"
      storage_class = "standard"
    }
  }
  rollout { strategy = "recreate" } # one pod at a time can write
}

# data-search-0 and data-search-1.
app "search" {
  kind     = "StatefulSet"
  image    = "opensearchproject/opensearch:2"
  replicas = 2
  mount "/usr/share/opensearch/data" {
    claim {
      name         = "data"
      size         = "4Gi"
      access_modes = ["ReadWriteOncePod"]
    }
  }
}

# A claim that belongs to no app: both use it, one to read.
resource "PersistentVolumeClaim" "media" {
  spec = {
    accessModes      = ["ReadWriteMany"]
    storageClassName = "standard"
    resources        = { requests = { storage = "8Gi" } }
  }
}

app "upload" {
  image    = "nginx:1.29"
  replicas = 1
  mount "/media" {
    claim { existing = resource.PersistentVolumeClaim.media.name }
  }
}

app "gallery" {
  image    = "nginx:1.29"
  replicas = 1
  mount "/usr/share/nginx/html" {
    claim { existing = resource.PersistentVolumeClaim.media.name }
    read_only = true
  }
}
