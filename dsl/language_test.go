package dsl

import (
	"slices"
	"testing"
)

// What a file may hold is described, and nothing else is.
func TestDescribeHasAllBlocks(t *testing.T) {
	var described []string
	for _, b := range Describe().Blocks {
		described = append(described, b.Name)
		if b.Doc == "" || len(b.Arguments) == 0 && !b.Open {
			t.Errorf("%s: %+v", b.Name, b)
		}
	}
	for name := range blockSchemas {
		if !slices.Contains(described, name) {
			t.Errorf("%s is no block of a file", name)
		}
	}
}

func TestDescribeSaysWhatArgumentsAre(t *testing.T) {
	var check func(path string, b BlockType)
	check = func(path string, b BlockType) {
		for _, a := range b.Arguments {
			if a.Name == "" || a.Type == "" || a.Doc == "" {
				t.Errorf("%s: %+v", path, a)
			}
		}
		for _, inner := range b.Blocks {
			if inner.Doc == "" {
				t.Errorf("%s.%s says nothing", path, inner.Name)
			}
			check(path+"."+inner.Name, inner)
		}
	}
	for _, b := range Describe().Blocks {
		check(b.Name, b)
	}
}

func TestDescribeHasAllFunctions(t *testing.T) {
	ev := load(t, map[string]string{"main.hcl": `release "r" {}`}).begin(Inputs{})
	defer ev.end()
	if got, want := len(Describe().Functions), len(ev.top.base.Functions); got != want {
		t.Errorf("%d functions of %d", got, want)
	}
}
