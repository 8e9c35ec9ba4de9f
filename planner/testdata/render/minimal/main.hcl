# No namespace is made: every cluster has this one. No port, so no Service.
release "shop" {}

app "worker" { image = "busybox" }
