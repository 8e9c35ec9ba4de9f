# ---- commented.hcl
# Comments everywhere; they are to be found again beside what they are about.

# Owner: team-a

# The shop's front end.

# never rename this
# revisionHistoryLimit: 3
# How others find it.
app "commented" {
  # The app itself.
  # Pinned: 2.0 breaks logins.
  image = "commented:1.9" # TODO: update
  # Three, since one node is often away.
  replicas = 3 # was 2
  labels = {
    # who pays for it
    cost-center = "42"
    app         = "commented"
  }
  selector = { app = "commented" }
  env = {
    # Where the database is.
    DATABASE_HOST = "db" # a CNAME
    # - name: DEBUG
    #   value: "1"
    LEVEL = "info" # of the log
  }

  # http
  port "8080" {
    # The load balancer ends TLS.
    service_port = 80
  }

  resources {
    # measured in May
    requests = { cpu = "100m" }
  }
  # That is all of the Deployment.
  # Last words.
}

# relabelled: [Service commented] app: "" to "commented"
# relabelled: [Service commented] cost-center: "" to "42"
