package dsl

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const languagePage = "../docs/language.md"

// generated matches the parts of the language page that come from the schemas.
var generated = regexp.MustCompile(`(?s)<!-- schema of ([a-z]+) -->\n.*?<!-- end -->`)

// TestLanguagePage compares the tables in docs/language.md with the schemas
// that decode the blocks, so that the page can promise to be complete.
func TestLanguagePage(t *testing.T) {
	schemas := map[string]described{}
	for name, b := range blockSchemas {
		if b.schema != nil {
			schemas[name] = b.schema
		}
	}
	page, err := os.ReadFile(languagePage)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	current := generated.ReplaceAllStringFunc(string(page), func(part string) string {
		block := generated.FindStringSubmatch(part)[1]
		seen++
		w := pageWriter{done: map[described]string{}}
		w.schema(block, schemas[block])
		return fmt.Sprintf("<!-- schema of %s -->\n%s<!-- end -->", block, w.String())
	})
	if seen != len(schemas) {
		t.Errorf("the page shows %d schemas of %d", seen, len(schemas))
	}
	if *update {
		if err := os.WriteFile(languagePage, []byte(current), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(page), current); diff != "" {
		t.Errorf("docs/language.md is behind the schemas (-update mends it):\n%s", diff)
	}
}

// TestLanguagePageNamesAllFunctions checks the list of functions.
func TestLanguagePageNamesAllFunctions(t *testing.T) {
	page, err := os.ReadFile(languagePage)
	if err != nil {
		t.Fatal(err)
	}
	ev := load(t, map[string]string{"main.hcl": `release "r" {}`}).begin(Inputs{})
	defer ev.end()
	for name := range ev.top.base.Functions {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("the page does not name the function %s", name)
		}
	}
}

// pageWriter writes schemas as Markdown.
type pageWriter struct {
	strings.Builder
	done map[described]string // where a schema was written already
}

func (w *pageWriter) schema(path string, s described) {
	d := s.describe()
	if len(d.args) > 0 {
		w.WriteString("\n| argument | type | default | |\n|---|---|---|---|\n")
	}
	for _, a := range d.args {
		initial := a.initial
		switch {
		case a.required:
			initial = "*required*"
		case strings.HasPrefix(initial, `"`) || strings.HasPrefix(initial, "["):
			initial = "`" + initial + "`"
		}
		fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", a.name, a.kind, initial, a.doc)
	}
	if len(d.blocks) > 0 {
		w.WriteString("\n| block | how often | |\n|---|---|---|\n")
	}
	for _, b := range d.blocks {
		times := "once"
		if b.many {
			times = "any number"
		}
		fmt.Fprintf(w, "| `%s` | %s | %s |\n", header(b), times, b.doc)
	}
	w.WriteString("\n")
	for _, a := range d.args {
		if a.object != nil {
			w.part(path, a.name, fmt.Sprintf("`%s = { ... }`", a.name), a.object)
		}
	}
	for _, b := range d.blocks {
		w.part(path, b.name, fmt.Sprintf("`%s`", header(b)), b.body)
	}
}

func (w *pageWriter) part(path, name, title string, s described) {
	where := path + "." + name
	if first, done := w.done[s]; done {
		fmt.Fprintf(w, "#### %s: %s\n\nTakes the same arguments as %s.\n\n", path, title, first)
		return
	}
	w.done[s] = "`" + name + "`"
	fmt.Fprintf(w, "#### %s: %s\n", path, title)
	w.schema(where, s)
}

func header(b blockDescription) string {
	if b.label != "" {
		return fmt.Sprintf("%s %q", b.name, strings.ToUpper(b.label))
	}
	return b.name
}
