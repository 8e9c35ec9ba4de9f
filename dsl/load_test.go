package dsl

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// load writes files to a new directory and parses it.
func load(t testing.TB, files map[string]string) *Module {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, diags := Parse(dir)
	if diags.HasErrors() {
		t.Fatalf("unexpected errors:\n%s", diagText(diags))
	}
	return m
}

// evaluate evaluates a configuration of one file that must be right.
func evaluate(t testing.TB, in Inputs, src string) *Config {
	t.Helper()
	cfg, diags := load(t, map[string]string{"main.hcl": src}).Evaluate(in)
	if diags.HasErrors() {
		t.Fatalf("unexpected errors:\n%s", diagText(diags))
	}
	return cfg
}

// fails evaluates a configuration of one file that must be wrong, and returns
// all there is to show for it, source lines included.
func fails(t testing.TB, in Inputs, src string) string {
	t.Helper()
	m := load(t, map[string]string{"main.hcl": src})
	cfg, diags := m.Evaluate(in)
	if cfg != nil || !diags.HasErrors() {
		t.Fatalf("no errors, but some are due:\n%s", src)
	}
	return shown(t, m, diags)
}

// shown is what a user gets to see of diagnostics.
func shown(t testing.TB, m *Module, diags hcl.Diagnostics) string {
	t.Helper()
	var text strings.Builder
	if err := hcl.NewDiagnosticTextWriter(&text, m.Sources(), 0, false).WriteDiagnostics(diags); err != nil {
		t.Fatal(err)
	}
	return text.String() + diagText(diags)
}
