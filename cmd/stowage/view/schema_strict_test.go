package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// goldens are the files of testdata with what is written, by the schema of it.
var goldens = map[string][]string{
	"status":   {"status.json", "status_sides.json"},
	"history":  {"history.json", "history_absent.json"},
	"revision": {"revision.json"},
	"validate": {"diagnostics.json", "diagnostics_none.json"},
	"lock":     {"lock.json"},
	"plan":     {"waiting_plan.json"},
	"run":      {"events.jsonl", "events_back.jsonl", "events_switch.jsonl", "outputs.jsonl"},
}

// What the tests of the views take for right, the schemas do; and nothing near it.
func TestSchemasTellRightFromWrong(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	for name, files := range goldens {
		compiled, err := compiler.Compile(filepath.Join(schemaDir, name+".schema.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			for i, document := range documentsIn(t, file) {
				t.Run(fmt.Sprintf("%s %d", file, i), func(t *testing.T) { tellsRightFromWrong(t, compiled, document) })
			}
		}
	}
}

// documentsIn returns the documents of a file: one, or one for each line.
func documentsIn(t *testing.T, file string) (documents [][]byte) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(file, ".jsonl") {
		return [][]byte{text}
	}
	for line := range bytes.Lines(text) {
		documents = append(documents, line)
	}
	return documents
}

func tellsRightFromWrong(t *testing.T, schema *jsonschema.Schema, document []byte) {
	valid := func(value any) error {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(parsed)
	}
	var root map[string]any
	if err := json.Unmarshal(document, &root); err != nil {
		t.Fatal(err)
	}
	if err := valid(root); err != nil {
		t.Fatalf("the document is wrong: %v\n%s", err, document)
	}
	wrong := func(path, what string) {
		if valid(root) == nil {
			t.Errorf("%s of %s is taken for right", what, path)
		}
	}
	mutate("", root, wrong)
}

// open are properties that hold whatever somebody has written.
var open = []string{"before", "after", "live", "config", "outputs"}

// mutate makes a value wrong in all ways that there are, one at a time, and calls check
// after each.
func mutate(path string, value any, check func(path, what string)) {
	switch value := value.(type) {
	case []any:
		for i, item := range value {
			mutate(fmt.Sprintf("%s[%d]", path, i), item, check)
		}
	case map[string]any:
		value["nonsense"] = true
		check(path, "a further property")
		delete(value, "nonsense")
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if slices.Contains(open, name) {
				continue
			}
			at, was := path+"."+name, value[name]
			value[name] = []any{map[string]any{}, 1.5} // no property is that
			check(at, "a value of another type")
			value[name] = was
			if name == "formatVersion" || name == "type" {
				value[name] = "nonsense"
				check(at, "another value")
				delete(value, name)
				check(at, "the lack")
				value[name] = was
			}
			mutate(at, was, check)
		}
	}
}
