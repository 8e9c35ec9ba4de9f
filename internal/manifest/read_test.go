package manifest_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/internal/manifest"
)

// read reads a text that has no problem.
func read(t *testing.T, text string) []manifest.Document {
	t.Helper()
	documents, problems := manifest.Read(t.Context(), []string{manifest.Stdin}, strings.NewReader(text))
	for _, p := range problems {
		t.Error(p)
	}
	return documents
}

func TestCommentsAreKeptByTheirFields(t *testing.T) {
	for _, file := range []string{"testdata/comments/places.yaml", "testdata/comments/none.json"} {
		documents, problems := manifest.Read(t.Context(), []string{file}, nil)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		var b strings.Builder
		for _, d := range documents {
			fmt.Fprintf(&b, "%s %s, line %d\n", d.Object.GetKind(), d.Object.GetName(), d.Line)
			for _, path := range slices.Sorted(maps.Keys(d.Comments)) {
				c := d.Comments[path]
				fmt.Fprintf(&b, "  %q\n", path)
				for _, line := range c.Head {
					fmt.Fprintf(&b, "    above  %q\n", line)
				}
				if c.Line != "" {
					fmt.Fprintf(&b, "    beside %q\n", c.Line)
				}
				for _, line := range c.Foot {
					fmt.Fprintf(&b, "    below  %q\n", line)
				}
			}
		}
		golden(t, file+".golden", b.String())
	}
}

// golden compares a text with that of a file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// TestValuesAreThoseOfKubectl reads single values as a ConfigMap's data would hold them.
func TestValuesAreThoseOfKubectl(t *testing.T) {
	for text, want := range map[string]any{
		"on": true, "No": false, "y": true, "Off": false, "true": true, "TRUE": true,
		`"on"`: "on", "'no'": "no", "!!str on": "on",
		"0644": int64(420), "0o644": int64(420), "0x1F": int64(31), "0b11": int64(3), "1_000": int64(1000), "+12": int64(12),
		"0800":   int64(800), // no octal number
		`"0644"`: "0644", "'1e3'": "1e3", `"1.10"`: "1.10",
		"9223372036854775807": int64(9223372036854775807), "-9223372036854775808": int64(-9223372036854775808), "9007199254740993": int64(9007199254740993),
		"1e3": int64(1000), "1.5": 1.5, ".5": 0.5, "1:30": "1:30", "2001-01-01": "2001-01-01", "12e03": int64(12000),
		"~": nil, "null": nil, "": nil, "Null": nil,
		"!!binary aGVsbG8=": "hello", `!!int "5"`: int64(5),
		"1.2.3": "1.2.3", "1Gi": "1Gi", "-": "-",
		"|\n    a\n    b\n": "a\nb\n", "|-\n    a\n\n": "a", "|+\n    a\n": "a\n\n", ">\n    a\n    b\n\n    c\n": "a b\nc\n", "|2\n     a\n": " a\n",
		`"a\tb\u00e9\x41\
     c"`: "a\tbéAc",
		"a\n   b": "a b",
	} {
		if text == "-" {
			text = `"-"`
		}
		documents := read(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  value: "+text+"\n")
		if len(documents) != 1 {
			t.Errorf("%q: %d documents", text, len(documents))
			continue
		}
		got, _, _ := unstructured.NestedFieldNoCopy(documents[0].Object.Object, "data", "value")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// TestDocumentsOfAFile says which objects there are in a text, and where they begin.
func TestDocumentsOfAFile(t *testing.T) {
	const a, b = "apiVersion: v1\nkind: A\nmetadata: {name: a}\n", "apiVersion: v1\nkind: B\nmetadata: {name: b}\n"
	for name, c := range map[string]struct{ text, want string }{
		"one":                      {a, "A a 1"},
		"two":                      {a + "---\n" + b, "A a 1, B b 5"},
		"empty":                    {"", ""},
		"comments only":            {"# a\n---\n# b\n...\n", ""},
		"empty documents":          {"---\n---\n\n---\n" + a + "---\n---\n# c\n---\nnull\n---\n~\n---\n" + b + "---\n", "A a 5, B b 16"},
		"content at the marker":    {"--- {apiVersion: v1, kind: A, metadata: {name: a}}\n--- # comment\n" + b, "A a 1, B b 3"},
		"end markers":              {a + "...\n# c\n...\n---\n" + b + "...\n", "A a 1, B b 8"},
		"a document after an end":  {a + "...\n" + b, "A a 1, B b 5"},
		"marker with blanks":       {a + "---  \t\n" + b, "A a 1, B b 5"},
		"directives":               {"%YAML 1.2\n---\n" + a + "...\n%YAML 1.1\n# c\n---\n" + b, "A a 3, B b 10"},
		"Windows line ends":        {strings.ReplaceAll(a+"---\n"+b, "\n", "\r\n"), "A a 1, B b 5"},
		"old Mac line ends":        {strings.ReplaceAll(a+"---\n"+b, "\n", "\r"), "A a 1, B b 5"},
		"byte order mark":          {"\ufeff" + a, "A a 1"},
		"no marker in a text":      {a + "data:\n  text: |\n    ---\n    a: b\n    ...\n---\n" + b, "A a 1, B b 10"},
		"no marker in a word":      {a + "data:\n  text: a\n    ---b\n", "A a 1"},
		"tabs":                     {"apiVersion:\tv1\t# c\nkind:  \tA\nmetadata: {\tname: a}\n", "A a 1"},
		"list":                     {"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: A\n  metadata: {name: a}\n-\n  apiVersion: v1\n  kind: B\n  metadata: {name: b}\n", "A a 4, B b 8"},
		"typed list":               {"apiVersion: v1\nkind: ConfigMapList\nmetadata: {resourceVersion: ''}\nitems:\n- metadata: {name: a}\n  data: {}\n- metadata: {name: b}\n", "ConfigMap a 5, ConfigMap b 7"},
		"list of lists":            {`{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"List","items":[` + `{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}]}]}`, "A a 1"},
		"empty lists":              {"apiVersion: v1\nkind: List\nitems: []\n---\napiVersion: v1\nkind: PodList\nitems:\n", ""},
		"no list":                  {"apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\nspec: {items: []}\n", "AllowList a 1"},
		"JSON":                     {"\n{\"apiVersion\":\"v1\",\n\t\"kind\":\"A\",\"metadata\":{\"name\":\"a\"}}\n", "A a 2"},
		"JSON values in a row":     {`{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}` + "\n\n" + `{"apiVersion":"v1","kind":"B","metadata":{"name":"\ud83d\ude00"}} {"apiVersion":"v1","kind":"B","metadata":{"name":"b\/"}}`, "A a 1, B 😀 3, B b/ 3"},
		"JSON and YAML":            {`{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}` + "\n---\n" + b, "A a 1, B b 3"},
		"YAML that begins as JSON": {"{apiVersion: v1, # c\n kind: A, metadata: {name: a}}\n", "A a 1"},
		"anchors":                  {"apiVersion: v1\nkind: A\nmetadata: &m {name: &n a}\nspec: {again: *m, name: *n}\n", "A a 1"},
		"a quoted key":             {"\"apiVersion\": v1\n'kind': A\n? metadata\n: name: a\n", "A a 1"},
		"a very long line":         {a + "data: {text: \"" + strings.Repeat("x", 1<<21) + "\"}\n---\n" + b, "A a 1, B b 6"},
		"one name, two kinds":      {a + "---\n" + strings.Replace(b, "name: b", "name: a", 1), "A a 1, B a 5"},
		"one name, two spaces":     {a + "---\n" + strings.Replace(a, "name: a", "name: a, namespace: b", 1), "A a 1, A a 5"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range read(t, c.text) {
				got = append(got, fmt.Sprintf("%s %s %d", d.Object.GetKind(), d.Object.GetName(), d.Line))
			}
			if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMergedFieldsStandWhereTheirAnchorIs(t *testing.T) {
	d := read(t, `apiVersion: v1
kind: A
metadata: {name: a}
base: &base
  x: 1
  y: 2
merged:
  <<: *base
  y: 3
`)[0]
	merged, _, _ := unstructured.NestedMap(d.Object.Object, "merged")
	if diff := cmp.Diff(map[string]any{"x": int64(1), "true": int64(3)}, merged); diff != "" { // y is a boolean in YAML 1.1
		t.Errorf("value (-want +got):\n%s", diff)
	}
	for path, want := range map[string]manifest.Place{
		"": {1, 1}, "merged": {7, 1}, "merged.x": {5, 3}, "merged.true": {9, 3}, "metadata.name": {3, 12},
	} {
		if got := d.Places[path]; got != want {
			t.Errorf("%q stands at %v, want %v", path, got, want)
		}
	}
}

// TestFilesThatAreNoText says what is wrong with files in which no comment can say it.
func TestFilesThatAreNoText(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ content, want string }{
		"utf16.yaml":   {"\xff\xfea\x00", "1:1: is UTF-16 text, not UTF-8 (save it as UTF-8; in Windows PowerShell write it with `| Out-File -Encoding utf8`)"},
		"binary.yaml":  {"\x1f\x8b\x08\x00\x00", " is a binary file, not YAML or JSON (give text files; unpack archives first)"},
		"latin1.yaml":  {"a: b\nc: \"\u00e9\xe9\"\n", "2:6: is not UTF-8 text: there is a byte that begins no character (save it as UTF-8; binary data belongs into binaryData or data as base64)"},
		"control.yaml": {"a: b\nc: \x01\n", "2: is not YAML: control characters are not allowed"},
		"twice.json":   {"{\"kind\":\"A\",\"apiVersion\":\"v1\",\n  \"kind\": \"B\"}", `2:3: "kind" is written twice, first in line 1 (remove one of the two: kubectl takes the last one without a word)`},
		"broken.json":  {"{\"kind\": \"A\",\n  \"apiVersion\" \"v1\"}", "2:16: is not JSON: invalid character '\"' after object key"},
		"array.json":   {"[{}]", "1:1: is a list, not an object of Kubernetes (each document is one object with apiVersion, kind and metadata)"},
		"more.json":    {"{\"kind\": \"A\", \"apiVersion\": \"v1\", \"metadata\": {\"name\": \"a\"}}\n]", "2:1: is not JSON: invalid character ']' looking for beginning of value"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, name)
			if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, problems := manifest.Read(t.Context(), []string{file}, nil)
			var got []string
			for _, p := range problems {
				got = append(got, strings.TrimPrefix(p.Error(), file+":"))
			}
			if diff := cmp.Diff([]string{c.want}, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFoldersAreReadByName says which files of a folder are read, and what is said of the others.
func TestFoldersAreReadByName(t *testing.T) {
	t.Chdir(t.TempDir())
	object := func(name string) string {
		return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n"
	}
	for name, content := range map[string]string{
		"all/b.yaml":                     object("b"),
		"all/a.YML":                      object("a"),
		"all/sub/c.json":                 `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}`,
		"all/README.md":                  "# no manifest",
		"all/.hidden/x.yaml":             object("x"),
		"all/.hidden.yaml":               object("x"),
		"all/chart/Chart.yaml":           "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
		"all/chart/values.yaml":          "a: b\n",
		"all/chart/templates/x.yaml":     object("{{ .Release.Name }}"),
		"all/overlay/kustomization.yaml": "resources: [patch.yaml]\n",
		"all/overlay/patch.yaml":         object("patched"),
		"all/z.yaml":                     object("b"),
		"alone/kustomization.yml":        "resources: []\n",
		"alone/other.yaml":               object("other"),
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("..", "all/circle.yaml"); err != nil {
		t.Fatal(err)
	}
	documents, problems := manifest.Read(t.Context(), []string{"all", "all/b.yaml", "alone/other.yaml", "alone/kustomization.yml", "missing.yaml"}, nil)
	var got []string
	for _, d := range documents {
		got = append(got, d.File+" "+d.Object.GetName())
	}
	for _, p := range problems {
		got = append(got, p.Error())
	}
	want := []string{
		"all/a.YML a", "all/b.yaml b", "all/sub/c.json c", "alone/other.yaml other",
		"all/chart/Chart.yaml:1: is a Helm chart: its templates become objects only with their values, so the folder was left out (run `helm template RELEASE all/chart -f VALUES | stowage import -`)",
		"all/overlay/kustomization.yaml:1: is a kustomization: what it builds differs from the files beside it, so the folder was left out (run `kubectl kustomize all/overlay | stowage import -`)",
		"all/z.yaml:1:1: ConfigMap b: is described twice, first at all/b.yaml:1 (keep one of them: with kubectl the last one wins)",
		"alone/kustomization.yml:1: is a kustomization: what it builds differs from the files beside it, so the folder was left out (run `kubectl kustomize alone | stowage import -`)",
		"missing.yaml: cannot be read: no such file or directory (give files, folders, or - for standard input)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}
