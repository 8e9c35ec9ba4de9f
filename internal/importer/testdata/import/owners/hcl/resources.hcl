resource "Pod" "test" {
  annotations = { "helm.sh/hook" = "test" }
  spec        = { restartPolicy = "Never", containers = [{ name = "test", image = "example.com/test:1" }] }
}
