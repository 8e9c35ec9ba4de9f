package dsl

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestInvalidIsBroad counts what the configurations in testdata/invalid are refused
// for. The number keeps fixtures from being lost unseen; more of them are welcome.
func TestInvalidIsBroad(t *testing.T) {
	const fewest = 500
	distinct := map[string]bool{}
	err := filepath.WalkDir("testdata/invalid", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		for _, line := range expectedIn(t, []string{name}) {
			if _, text, ok := strings.Cut(line, "ERROR: "); ok {
				distinct[text] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(distinct) < fewest {
		t.Errorf("%d different errors are expected, want at least %d", len(distinct), fewest)
	}
}
