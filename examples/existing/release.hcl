# What ran before stowage came, described as it is: the selectors of workloads cannot be
# changed, and pods keep the labels that they have, so that none restarts when stowage takes
# it over.

release "existing" {
  namespace = "example-existing"
  adopt     = true
}
