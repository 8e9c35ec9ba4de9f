# Licence of the file.
# Second line.

# About the web server.

# since 1.16
# Head of the metadata.
# the name
# The way in.
# Of the service.
app "web" {
  # The server.
  # Pinned because of #123.
  image = "example.com/web:1.0"
  # How many.
  replicas = 3 # odd, for the quorum
  # Labels for people.
  labels = {
    app = "web" # by which it is found
  }
  selector = { app = "web" }
  env = {
    # Where logs go.
    LOG = "stdout" # not a file
    # Off.
    DEBUG = "0"
  }
  stdin = true # what no argument says
  # Long enough for requests to end.
  termination_grace_period = "1m"

  port "http" {
    number = 8080 # plain
    # For people.
    service_port = 80 # by name
  }
  # The end of the document.
  # The end of the pod.
}
