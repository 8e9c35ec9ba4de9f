package view

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// schemaDir is where the schemas are published.
const schemaDir = "../../../docs/schema"

// schemas are the documents that stowage writes, by the name of the file that describes them.
var schemas = map[string]schema{
	"plan":     {title: "What plan -o json writes", variants: []variant{{of: planDocument{}}}},
	"status":   {title: "What status -o json writes", variants: []variant{{of: statusDocument{}}}},
	"history":  {title: "What history -o json writes", variants: []variant{{of: historyDocument{}}}},
	"revision": {title: "What history REVISION -o json writes", variants: []variant{{of: revisionDocument{}}}},
	"objects":  {title: "What render -o json and show REVISION -o json write", variants: []variant{{of: objectsDocument{}}}},
	"outputs":  {title: "What output -o json writes", variants: []variant{{of: outputsDocument{}}}},
	"validate": {title: "What validate -o json writes", variants: []variant{{of: validityDocument{}}}},
	"graph":    {title: "What graph -o json writes", variants: []variant{{of: graphDocument{}}}},
	"language": {title: "What schema writes", variants: []variant{{of: languageDocument{}}}},
	"lock":     {title: "What unlock -o json writes", variants: []variant{{of: lockDocument{}}}},
	"import":   {title: "What import -o json writes", variants: []variant{{of: importDocument{}}}},
	"version":  {title: "What version -o json writes", variants: []variant{{of: versionDocument{}}}},
	"error":    {title: "What a command writes in place of its document when it fails", variants: []variant{{of: errorDocument{}}}},
	"run": {title: "A line of what apply, destroy, rollback and switch write with -o json", variants: []variant{
		{of: planLine{}, types: []string{"plan"}},
		{of: stepStartedLine{}, types: []string{"step_started"}},
		{of: stepProgressLine{}, types: []string{"step_progress"}},
		{of: stepDoneLine{}, types: []string{"step_done"}},
		{of: evidenceLine{}, types: []string{"evidence"}},
		{of: diagnosticLine{}, types: []string{"diagnostic"}},
		{of: recordWrittenLine{}, types: []string{"record_written"}},
		{of: lockLine{}, types: []string{"lock_waiting", "lock_taken_over"}},
		{of: summaryLine{}, types: []string{"summary"}},
	}},
}

// The published schemas are those of the types that are written.
func TestSchemasAreThoseOfTheTypes(t *testing.T) {
	source := readSource(t)
	want := make(map[string]bool)
	for name, s := range schemas {
		text, err := json.MarshalIndent(s.document(t, source), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(schemaDir, name+".schema.json")
		want[path] = true
		compareSchema(t, path, append(unescaped(text), '\n'))
	}
	published, err := filepath.Glob(filepath.Join(schemaDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	want[filepath.Join(schemaDir, "plan-file.schema.json")] = true // cmd/stowage writes those, and tests their schema
	for _, path := range published {
		if !want[path] {
			t.Errorf("%s describes nothing that is written", path)
		}
	}
}

func compareSchema(t *testing.T, path string, got []byte) {
	t.Helper()
	if flag.Lookup("update").Value.String() == "true" { // which the tests from outside of the package define
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	published, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(published), string(got)); diff != "" {
		t.Errorf("%s is out of date, go test ./cmd/stowage/view -update writes it (-published +types):\n%s", path, diff)
	}
}

// unescaped returns JSON with the characters that HTML, and nothing else, has a use for.
func unescaped(text []byte) []byte {
	for escaped, plain := range map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&"} {
		text = bytes.ReplaceAll(text, []byte(escaped), []byte(plain))
	}
	return text
}

// schema describes one kind of document, or the lines of one.
type schema struct {
	title    string
	variants []variant
}

// variant is one type of document; several are told apart by their type property.
type variant struct {
	of    any
	types []string
}

// document returns the JSON Schema.
func (s schema) document(t *testing.T, source *source) object {
	b := &builder{t: t, source: source, defs: make(map[string]any)}
	document := object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", s.title}}
	if len(s.variants) == 1 {
		document = append(document, b.structure(reflect.TypeOf(s.variants[0].of), nil)...)
	} else {
		var refs []any
		for _, v := range s.variants {
			of := reflect.TypeOf(v.of)
			b.defs[of.Name()] = b.structure(of, v.types)
			refs = append(refs, object{{"$ref", "#/$defs/" + of.Name()}})
		}
		document = append(document, property{"oneOf", refs})
	}
	if len(b.defs) > 0 {
		document = append(document, property{"$defs", b.defs})
	}
	return document
}
