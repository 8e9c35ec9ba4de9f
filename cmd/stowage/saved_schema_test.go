package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"stowage/internal/release"
	"stowage/planner"
)

const planFileSchema = "../../docs/schema/plan-file.schema.json"

// checkPlanFile returns what the published schema has against a saved plan.
func checkPlanFile(schema string, text []byte) error {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiled, err := compiler.Compile(schema)
	if err != nil {
		return err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return compiled.Validate(document)
}

// planFileIs FILE fails when a saved plan is not as the published schema says.
func planFileIs(schema string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 {
			ts.Fatalf("usage: plan-file FILE")
		}
		ts.Check(checkPlanFile(schema, []byte(ts.ReadFile(args[0]))))
	}
}

// TestPlanFileIsAsItsSchemaSays expects every property of the fixture to count.
func TestPlanFileIsAsItsSchemaSays(t *testing.T) {
	text, err := os.ReadFile("testdata/saved/plan.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := checkPlanFile(planFileSchema, text); err != nil {
		t.Error(err)
	}
	for _, property := range []string{"formatVersion", "seal", "cluster", "server", "record", "revision", "plan", "objects", "f:image"} {
		damaged := bytes.Replace(text, []byte(`"`+property+`":`), []byte(`"another":`), 1)
		if bytes.Equal(damaged, text) || checkPlanFile(planFileSchema, damaged) == nil {
			t.Errorf("without %s it is valid", property)
		}
	}
}

// TestPlanFileSchemaIsThatOfTheTypes expects of each object the properties of its type.
func TestPlanFileSchemaIsThatOfTheTypes(t *testing.T) {
	text, err := os.ReadFile(filepath.Clean(planFileSchema))
	if err != nil {
		t.Fatal(err)
	}
	type object struct {
		Properties map[string]any
		Required   []string
	}
	var schema struct {
		object
		Defs map[string]object `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]reflect.Type{
		"":        reflect.TypeFor[planFile](),
		"content": reflect.TypeFor[savedPlan](), "cluster": reflect.TypeFor[savedCluster](), "source": reflect.TypeFor[savedSource](),
		"record": reflect.TypeFor[savedRecord](), "output": reflect.TypeFor[release.Output](),
		"plan": reflect.TypeFor[planner.Plan](), "object": reflect.TypeFor[planner.SavedObject](),
	} {
		described := schema.object
		if name != "" {
			described = schema.Defs[name]
		}
		var properties, required []string
		for _, field := range reflect.VisibleFields(of) {
			property, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			if field.Anonymous || property == "-" {
				continue
			}
			properties = append(properties, property)
			if options == "" {
				required = append(required, property)
			}
		}
		var got []string
		for property := range described.Properties {
			got = append(got, property)
		}
		for _, list := range [][]string{properties, required, got, described.Required} {
			slices.Sort(list)
		}
		if d := cmp.Diff([][]string{properties, append([]string{}, required...)}, [][]string{got, append([]string{}, described.Required...)}); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
