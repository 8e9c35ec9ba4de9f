package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"stowage/internal/testcluster"
)

// harbour is a release with a kind of its own, which belongs to its namespace alone.
const harbour = `
release "harbour" {}

locals { group = "${release.namespace}.example.com" }

resource "Berth" "north" {
  spec = { depth = 12 }
}

resource "CustomResourceDefinition" "berths" {
  name = "berths.${local.group}"
  spec = {
    group = local.group
    scope = "Namespaced"
    names = { kind = "Berth", plural = "berths" }
    versions = [{
      name    = "v1"
      served  = true
      storage = true
      schema = { openAPIV3Schema = {
        type       = "object"
        properties = { spec = { type = "object", properties = { depth = { type = "integer" } } } }
      } }
    }]
  }
}

app "web" {
  image      = "nginx"
  replicas   = 0
  depends_on = [resource.Berth.north]
}
`

// Namespace, definition, custom resource and app, where none of them is there, in one
// plan and one apply: each time, and twice at a time.
func TestS7DefinitionsAndTheirResourcesInOneApply(t *testing.T) {
	cluster := testcluster.Start(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(harbour), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			t.Parallel()
			flags := []string{dir, "--kubeconfig", cluster.Kubeconfig, "-n", cluster.UnusedNamespace(t)}
			run := func(code int, verb string, more ...string) {
				t.Helper()
				want(t, code, append(append([]string{verb}, flags...), more...)...)
			}
			run(exitOK, "apply", "--auto-approve")
			run(exitOK, "plan", "--detailed-exitcode")
			run(exitOK, "destroy", "--auto-approve", "--delete-data")
		})
	}
}
