release "r" {}
variable "a" { default = 1 }
