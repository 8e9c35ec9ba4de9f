# What is planned, applied and destroyed as one.
release "petclinic" {
  namespace = "petclinic" # created when absent
}
