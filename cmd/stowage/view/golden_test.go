package view_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/cmd/stowage/view"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares output with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// shown returns what show writes on a screen of the width, without colours.
func shown(t *testing.T, width int, show func(view.Screen) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := show(view.Screen{Out: &out, Width: width}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsRune(out.String(), '\x1b') {
		t.Errorf("escape character in output:\n%q", out.String())
	}
	return out.Bytes()
}
