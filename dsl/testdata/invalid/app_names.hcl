release "Pet Clinic" { # ERROR: Invalid name: The name of a release must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
  namespace     = "pet.clinic" # ERROR: Invalid value: "namespace" must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
  history_limit = 0 # ERROR: Invalid value: "history_limit" must be a whole number from 1 to 1000.
}

app "9web" { image = "nginx" } # ERROR: Invalid name: The name of an app must start with a letter, for its Service is named after it.
app "we_b" { image = "nginx" } # ERROR: Invalid name: The name of an app must be a DNS label: lower-case letters, digits and dashes, with a letter or digit at both ends.
app "a-very-long-name-that-would-not-fit-into-one-label-of-kubernetes" { image = "nginx" } # ERROR: Invalid name: The name of an app must be at most 63 characters long; it has 64.
app "a-stateful-set-whose-name-is-too-long-for-its-pod-label" { # ERROR: Invalid name: The name of an app must be at most 52 characters long for a StatefulSet.
  kind  = "StatefulSet"
  image = "nginx"
}
