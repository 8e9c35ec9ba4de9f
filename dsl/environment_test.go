package dsl

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestEnvironmentsAreVariableFilesOfTheDirectory(t *testing.T) {
	m := load(t, map[string]string{
		"main.hcl":             `release "r" {}`,
		"prod.vars.hcl":        ``,
		"eu-1.prod.vars.hcl":   ``,
		"dev.vars.hcl":         ``,
		"dev.vars.hcl.json":    `{}`,
		"test.vars.hcl.json":   `{}`,
		"auto.vars.hcl":        ``, // no more than a name
		"always.auto.vars.hcl": ``,
		".vars.hcl":            ``,
		".hidden.vars.hcl":     ``,
		"-f.vars.hcl":          ``,
		"prod.vars.hcl~":       ``,
	})
	want := []string{"auto", "dev", "eu-1.prod", "prod", "test"}
	if got := Environments(m.dir); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Environments(filepath.Join(m.dir, "missing")); got != nil {
		t.Errorf("a directory that is not there has the environments %v", got)
	}
}

func TestValuesOfAnEnvironmentComeAfterThoseAlwaysReadAndBeforeFiles(t *testing.T) {
	m := load(t, map[string]string{
		"main.hcl": `
			release "r" {}
			variable "a" { default = "default" }
			variable "b" { default = "default" }
			variable "c" { default = "default" }
			variable "d" { default = "default" }
			variable "e" { default = "default" }`,
		"z.auto.vars.hcl": "b = \"auto\"\nc = \"auto\"\nd = \"auto\"\ne = \"auto\"",
		"prod.vars.hcl":   "c = \"env\"\nd = \"env\"\ne = \"env\"",
		"more.hcl.txt":    "d = \"file\"\ne = \"file\"",
	})
	cfg, diags := m.Evaluate(Inputs{
		Environ:  []string{"STOWAGE_VAR_a=environ", "STOWAGE_VAR_c=environ"},
		Env:      "prod",
		VarFiles: []string{filepath.Join(m.dir, "more.hcl.txt")},
		Vars:     []string{"e=flag"},
	})
	noErrors(t, diags)
	for i, want := range []string{"environ", "auto", "env", "file", "flag"} {
		if got := cfg.Variables[i].Value; !got.RawEquals(cty.StringVal(want)) {
			t.Errorf("%s is %#v, not %q", cfg.Variables[i].Name, got, want)
		}
	}
	if m.Sources()[filepath.Join(m.dir, "prod.vars.hcl")] == nil {
		t.Error("the file of the environment cannot be shown with diagnostics")
	}
}
