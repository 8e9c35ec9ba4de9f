# What is planned, applied, switched and destroyed as one.
release "petclinic" {
  namespace = "petclinic" # created when absent
}
