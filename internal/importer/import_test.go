package importer

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stowage/internal/manifest"
)

// read returns the documents of files, all of which must be objects that the API takes.
func read(t testing.TB, paths ...string) []manifest.Document {
	t.Helper()
	docs, problems := manifest.Read(context.Background(), paths, strings.NewReader(""))
	for _, p := range problems {
		t.Error(p)
	}
	return docs
}

// readText returns the documents of a text.
func readText(t testing.TB, text string) []manifest.Document {
	t.Helper()
	docs, problems := manifest.Read(context.Background(), []string{"-"}, strings.NewReader(text))
	for _, p := range problems {
		t.Fatal(p)
	}
	return docs
}

// TestImport imports each directory of testdata/import and compares all files and the report
// with what is expected. A file named keep-names there asks for that.
func TestImport(t *testing.T) {
	dirs, err := filepath.Glob("testdata/import/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			sources, _ := filepath.Glob(filepath.Join(dir, "*.yaml"))
			options := Options{}
			if _, err := os.Stat(filepath.Join(dir, "keep-names")); err == nil {
				options.KeepNames = true
			}
			result, err := Import(read(t, sources...), options)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range result.Differences {
				t.Errorf("differs: %s %s: want %v, got %v", d.ID, d.Field, d.Want, d.Got)
			}
			compareWithDir(t, filepath.Join(dir, "hcl"), append(result.Files, File{Name: "report.txt", Content: report(result)}))
		})
	}
}

// report writes what is to be known of an import, for tests.
func report(r *Result) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d objects\n", r.Objects)
	for _, n := range r.Renamed {
		fmt.Fprintf(&b, "renamed: %s to %s\n", n.ID, n.To)
	}
	for _, l := range r.Relabelled {
		fmt.Fprintf(&b, "relabelled: %s from %q to %q:", l.Label, l.From, l.To)
		for _, id := range l.IDs {
			fmt.Fprintf(&b, " %s", id)
		}
		b.WriteString("\n")
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s:%d: %s: %s\n", filepath.Base(n.File), n.Line, n.ID, n.Text)
	}
	for _, n := range r.Left {
		fmt.Fprintf(&b, "left: %s:%d: %s: %s\n", filepath.Base(n.File), n.Line, n.ID, n.Text)
	}
	return b.Bytes()
}

// compareWithDir compares files with those of a directory, and writes them there with
// -update. A .gitignore is kept as gitignore: it would hide files of the tests.
func compareWithDir(t *testing.T, dir string, files []File) {
	t.Helper()
	if *update {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	expected := map[string]bool{}
	for _, f := range files {
		name := filepath.Join(dir, strings.TrimPrefix(filepath.FromSlash(f.Name), "."))
		expected[name] = true
		if *update {
			if err := (File{Name: strings.TrimPrefix(f.Name, "."), Mode: openMode, Content: f.Content}).write(dir); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(want, f.Content) {
			t.Errorf("%s is not as expected; got\n%s", name, f.Content)
		}
	}
	_ = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !expected[path] {
			t.Errorf("%s is expected and not written", path)
		}
		return err
	})
}
