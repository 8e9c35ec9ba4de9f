# Pods with names and storage of their own: a cluster whose members know each other,
# and a database of one instance.

release "stateful" { namespace = "stateful" }

# Each member is reached by its name: cassandra-0.cassandra, cassandra-1.cassandra, ...
# All start at once. Only members from number 2 on get a new version, until the partition
# is taken back.
app "cassandra" {
  kind           = "StatefulSet"
  image          = "cassandra:5"
  replicas       = 3
  pod_management = "Parallel"

  env = { CASSANDRA_SEEDS = "cassandra-0.cassandra" }

  port "cql" { number = 9042 }
  port "intra-node" { number = 7000 }
  service { headless = true }

  mount "/var/lib/cassandra" {
    claim { size = "2Gi" }
  }
  claim_retention {
    when_deleted = "Retain"
    when_scaled  = "Delete"
  }
  readiness { tcp = "cql" }
  rollout {
    partition = 2
    min_ready = "1s"
  }
}

# Starts its pods one after the other, each when the one before is ready.
app "zookeeper" {
  kind     = "StatefulSet"
  image    = "zookeeper:3.9"
  replicas = 2
  port "client" { number = 2181 }
  service { headless = true }
  mount "/data" {
    claim { size = "1Gi" }
  }
  readiness { tcp = "client" }
}

# A single instance: its pod stops before the new one starts.
app "mysql" {
  kind     = "StatefulSet"
  image    = "mysql:8.4"
  replicas = 1
  env      = { MYSQL_ALLOW_EMPTY_PASSWORD = "yes" }
  port "tcp" { number = 3306 }
  mount "/var/lib/mysql" {
    claim {
      name = "data"
      size = "1Gi"
    }
  }
}
