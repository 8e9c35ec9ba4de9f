package testcluster

import (
	"net/url"
	"path/filepath"
	"slices"
	"testing"
)

// Exclusive waits until no other test, of any process, has one of the names, and keeps them until the test has ended:
// those of namespaces and of cluster-scoped objects that a test cannot choose itself.
func (c *Cluster) Exclusive(t testing.TB, names ...string) {
	t.Helper()
	// In the same order for all: nobody waits for one who waits for them.
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		unlock, err := lock(filepath.Join(c.dir, "exclusive-"+url.PathEscape(name)+".lock"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(unlock)
	}
}
