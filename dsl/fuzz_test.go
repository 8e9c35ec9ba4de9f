package dsl

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse feeds the parser of both syntaxes: whatever a file holds, it ends
// in a module or in diagnostics.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, src string) {
		for _, name := range []string{"main.hcl", "main.hcl.json"} {
			dir := t.TempDir()
			writeFile(t, filepath.Join(dir, name), src)
			m, diags := Parse(dir)
			if m == nil {
				t.Fatal("no module")
			}
			if diags.HasErrors() {
				continue
			}
			if _, diags := m.Identify(Inputs{}); !diags.HasErrors() && len(m.Sources()) != 1 {
				t.Fatalf("%d sources", len(m.Sources()))
			}
		}
	})
}

// FuzzEvaluate feeds the evaluator: it ends in a Config or in errors, never in
// both, says the same each time, and shows no sensitive value.
func FuzzEvaluate(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, src string) {
		if strings.Contains(src, canary) || costly(src) {
			return
		}
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "main.hcl"), src)
		m, diags := Parse(dir)
		if diags.HasErrors() {
			return
		}
		in := Inputs{Environ: []string{"STOWAGE_VAR_password=" + canary}}
		cfg, diags := m.Evaluate(in)
		if (cfg == nil) != diags.HasErrors() {
			t.Fatalf("a Config is %t, with errors:\n%s", cfg != nil, diagText(diags))
		}
		again, diagsAgain := m.Evaluate(in)
		if diff := cmp.Diff(shown(t, m, diags), shown(t, m, diagsAgain)); diff != "" {
			t.Fatalf("the second evaluation says:\n%s", diff)
		}
		if cfg != nil {
			if diff := cmp.Diff(dump(cfg), dump(again)); diff != "" {
				t.Fatalf("the second evaluation gives:\n%s", diff)
			}
		}
		if strings.Contains(src, "sensitive = true") && !strings.Contains(src, "nonsensitive") && strings.Contains(shown(t, m, diags), canary) {
			t.Fatalf("the sensitive value is shown:\n%s", shown(t, m, diags))
		}
	})
}

// costly reports sources that ask for more work than a test may take: they
// are right, and their authors get what they ask for.
func costly(src string) bool {
	for _, word := range []string{"range", "format", "indent", "setproduct", "pow", "for ", "e9", "E9"} {
		if strings.Contains(src, word) {
			return true
		}
	}
	return false
}

// seed adds all fixtures that are one file.
func seed(f *testing.F) {
	f.Helper()
	for _, pattern := range []string{"testdata/invalid/*.hcl", "testdata/*/*/main.hcl", "testdata/*/*/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds: %v", err)
		}
		for _, name := range files {
			src, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(src))
		}
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
