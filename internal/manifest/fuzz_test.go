package manifest_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"stowage/internal/manifest"
)

// FuzzRead reads anything without a panic, and loses nothing: what was read, written out as YAML and as JSON, is
// read as the same objects again.
func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"testdata/*/*.yaml", "../importer/testdata/corpus/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		documents, problems := manifest.Read(t.Context(), []string{manifest.Stdin}, bytes.NewReader(text))
		for _, p := range problems {
			if p.Summary == "" {
				t.Errorf("a problem without words: %+v", p)
			}
		}
		var asYAML, asJSON bytes.Buffer
		for _, d := range documents {
			manifest.Check(d)
			data, err := json.Marshal(d.Object.Object)
			if err != nil {
				t.Fatal(err)
			}
			asJSON.Write(append(data, '\n'))
			asYAML.WriteString("---\n")
			if written, err := yaml.Marshal(d.Object.Object); err == nil && yaml.Unmarshal(written, &map[string]any{}) == nil {
				data = written // unless there are control characters, which the library writes and does not read
			}
			asYAML.Write(append(data, '\n'))
			for path := range d.Comments {
				if _, ok := d.Places[path]; !ok {
					t.Errorf("a comment at %q, which stands nowhere", path)
				}
			}
		}
		again(t, documents, &asJSON)
		again(t, documents, &asYAML)
	})
}

// again reads documents that were written out.
func again(t *testing.T, want []manifest.Document, text *bytes.Buffer) {
	t.Helper()
	written := text.String()
	got, problems := manifest.Read(t.Context(), []string{manifest.Stdin}, text)
	if len(problems) > 0 || len(got) != len(want) {
		t.Fatalf("%d of %d documents read again, %v:\n%s", len(got), len(want), problems, written)
	}
	for i := range want {
		if diff := cmp.Diff(want[i].Object.Object, got[i].Object.Object); diff != "" {
			t.Errorf("read again (-want +got):\n%s", diff)
		}
	}
}
