resource "ServiceAccount" "puller" {
  imagePullSecrets = [{ name = "of-account" }]
}
