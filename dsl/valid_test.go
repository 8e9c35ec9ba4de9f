package dsl

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
)

var update = flag.Bool("update", false, "write the expected results anew")

// testKey is the release key of the tests.
var testKey = []byte("0123456789abcdef0123456789abcdef")

// TestValid evaluates the configurations in testdata/valid and compares all
// that comes out with config.golden beside them.
func TestValid(t *testing.T) {
	dirs, err := filepath.Glob("testdata/valid/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			m, diags := Parse(dir)
			noErrors(t, diags)
			cfg, diags := m.Evaluate(Inputs{VersionKey: testKey})
			noErrors(t, diags)
			var got strings.Builder
			got.WriteString(dump(cfg))
			for _, d := range diags {
				got.WriteString("warning: " + d.Error() + "\n")
			}
			golden(t, filepath.Join(dir, "config.golden"), got.String())

			again, _ := m.Evaluate(Inputs{VersionKey: testKey})
			if diff := cmp.Diff(dump(cfg), dump(again)); diff != "" {
				t.Errorf("the second evaluation differs:\n%s", diff)
			}
		})
	}
}

func noErrors(t *testing.T, diags hcl.Diagnostics) {
	t.Helper()
	if diags.HasErrors() {
		t.Fatalf("unexpected errors:\n%s", diagText(diags))
	}
}

func diagText(diags hcl.Diagnostics) string {
	var text strings.Builder
	for _, d := range diags {
		text.WriteString(d.Error() + "\n")
	}
	return text.String()
}

// golden compares with a file, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update accepts it):\n%s", name, diff)
	}
}
