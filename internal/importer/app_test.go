package importer

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stowage/internal/manifest"
)

var update = flag.Bool("update", false, "write the expected output of fixtures anew")

// TestApps writes manifests as HCL. What is expected is all that the importer gives back:
// the files, and what it has to say about them. That it loses nothing it proves itself. What
// begins with "keep-" is read as from a cluster, where nothing may get another name.
func TestApps(t *testing.T) {
	files, err := filepath.Glob("testdata/app/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			docs, problems := manifest.Read(t.Context(), []string{file}, nil)
			if len(problems) > 0 {
				t.Fatalf("the fixture is wrong: %v", problems)
			}
			for _, d := range docs {
				for _, p := range manifest.Check(d) {
					t.Fatalf("the fixture is wrong: %v", p)
				}
			}
			r, err := Import(docs, Options{KeepNames: strings.HasPrefix(filepath.Base(file), "keep-")})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range r.Differences {
				t.Errorf("%s: %s is %v, not %v", d.ID, d.Path, d.Got, d.Want)
			}
			compareWithFile(t, strings.TrimSuffix(file, ".yaml")+".hcl", told(r))
		})
	}
}

// told returns a result as text.
func told(r *Result) []byte {
	var b bytes.Buffer
	for _, f := range r.Files {
		if f.Name != "release.hcl" {
			fmt.Fprintf(&b, "# ---- %s\n%s\n", f.Name, f.Content)
		}
	}
	say := func(format string, args ...any) { fmt.Fprintf(&b, "# "+format+"\n", args...) }
	for _, d := range r.Renamed {
		say("renamed: %s to %s", d.ID, d.To)
	}
	for _, d := range r.Relabelled {
		say("relabelled: %v %s: %q to %q", d.IDs, d.Label, d.From, d.To)
	}
	for _, n := range r.Notes {
		say("note: %s: %s", n.ID, n.Text)
	}
	for _, n := range r.Left {
		say("left: %s: %s", n.ID, n.Text)
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
}

func compareWithFile(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the importer gives (run with -update if it should be):\n%s", file, got)
	}
}
