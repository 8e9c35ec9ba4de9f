package planner_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"stowage/dsl"
	"stowage/planner"
)

// FuzzRender feeds configurations to all that is done without a cluster: they end in
// objects that are ordered and placed, or in errors, and never in a panic.
func FuzzRender(f *testing.F) {
	for _, pattern := range []string{
		"testdata/render/*/main.hcl", "testdata/place/*/*.hcl", "testdata/written/*.hcl", "../dsl/testdata/invalid/*.hcl",
		"../dsl/testdata/valid/*/*.hcl", "../examples/*/*.hcl",
	} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			src, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(src))
		}
	}
	f.Fuzz(func(t *testing.T, src string) {
		if costly(src) {
			return
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		module, diags := dsl.Parse(dir)
		if diags.HasErrors() {
			return
		}
		config, diags := module.Evaluate(dsl.Inputs{VersionKey: []byte("a key for tests")})
		if diags.HasErrors() {
			checkPlaced(t, diags)
			return
		}
		objects, err := planner.Render(config)
		if err != nil {
			return
		}
		if placed, err := planner.Place(objects); err == nil {
			_, _ = planner.NewGraph(placed) // cycles are errors
		}
	})
}

// checkPlaced expects the place of every error that is not about the whole directory.
func checkPlaced(t *testing.T, diags hcl.Diagnostics) {
	t.Helper()
	for _, d := range diags {
		if d.Subject != nil && (d.Subject.Filename == "" || d.Subject.Start.Line < 1) {
			t.Errorf("%s: %s: no place", d.Summary, d.Detail)
		}
	}
}

// costly reports sources that ask for more work than a test may take: they are right,
// and their authors get what they ask for.
func costly(src string) bool {
	for _, word := range []string{"range", "format", "indent", "setproduct", "pow", "for ", "e9", "E9"} {
		if strings.Contains(src, word) {
			return true
		}
	}
	return false
}
