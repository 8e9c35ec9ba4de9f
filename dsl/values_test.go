package dsl

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestValuesOfVariablesInOrderOfPrecedence(t *testing.T) {
	m := load(t, map[string]string{
		"main.hcl": `
			release "r" {}
			variable "v" { default = "default" }`,
		"b.auto.vars.hcl": `v = "auto b"`,
		"a.auto.vars.hcl": `v = "auto a"`,
		"one.vars.hcl":    `v = "file one"`,
		"two.vars.hcl":    `v = "file two"`,
	})
	remove := func(name string) {
		if err := os.Remove(filepath.Join(m.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	environ := []string{"PATH=/bin", "STOWAGE_VAR_v=environ", "STOWAGE_VAR_other=x"}
	files := []string{filepath.Join(m.dir, "one.vars.hcl"), filepath.Join(m.dir, "two.vars.hcl")}
	check := func(in Inputs, want string) {
		t.Helper()
		cfg, diags := m.Evaluate(in)
		noErrors(t, diags)
		if got := cfg.Variables[0].Value; !got.RawEquals(cty.StringVal(want)) {
			t.Errorf("the value is %#v, not %q", got, want)
		}
	}
	check(Inputs{Environ: environ, VarFiles: files, Vars: []string{"v=first", "v=last=1"}}, "last=1")
	check(Inputs{Environ: environ, VarFiles: files}, "file two")
	check(Inputs{Environ: environ, VarFiles: files[:1]}, "file one")
	check(Inputs{Environ: environ}, "auto b")
	remove("b.auto.vars.hcl")
	check(Inputs{Environ: environ}, "auto a")
	remove("a.auto.vars.hcl")
	check(Inputs{Environ: environ}, "environ")
	check(Inputs{}, "default")
}

func TestTextFromFlagsIsTakenByType(t *testing.T) {
	const src = `
		release "r" {}
		variable "text" { type = string }
		variable "untyped" { default = "x" }
		variable "number" { type = number }
		variable "bool" { type = bool }
		variable "list" { type = list(string) }
		variable "untyped_list" { default = [] }
		variable "any" { type = any }`
	cfg := evaluate(t, Inputs{Vars: []string{
		`text=["a"]`, "untyped=1.0", "number=18446744073709551615", "bool=true", `list=["a", 0123]`, `untyped_list=[1]`, `any={ a = 1 }`,
	}}, src)
	big, _ := cty.ParseNumberVal("18446744073709551615")
	for i, want := range []cty.Value{
		cty.StringVal(`["a"]`), cty.StringVal("1.0"), big, cty.True,
		cty.ListVal([]cty.Value{cty.StringVal("a"), cty.StringVal("123")}),
		cty.TupleVal([]cty.Value{cty.NumberIntVal(1)}),
		cty.ObjectVal(map[string]cty.Value{"a": cty.NumberIntVal(1)}),
	} {
		if got := cfg.Variables[i].Value; !got.RawEquals(want) {
			t.Errorf("%s is %#v, not %#v", cfg.Variables[i].Name, got, want)
		}
	}
}
