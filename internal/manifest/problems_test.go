package manifest_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/internal/manifest"
)

var update = flag.Bool("update", false, "write what is found into the fixtures")

// TestProblemsAreSaidWhereTheyAre reads and checks files in which each problem is written, as a comment, in the
// line where it is to be found.
func TestProblemsAreSaidWhereTheyAre(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files to read", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found := map[int][]string{}
			for _, p := range problemsOf(t, file) {
				if p.Line == 0 {
					t.Errorf("no line: %v", p)
				}
				found[p.Line] = append(found[p.Line], strings.TrimPrefix(p.Error(), fmt.Sprintf("%s:%d:", file, p.Line)))
			}
			var annotated []string
			for i, line := range strings.Split(string(text), "\n") {
				line, _, _ = strings.Cut(line, " # want ")
				if problems := found[i+1]; problems != nil {
					line += " # want " + strings.Join(problems, " # and ")
				}
				annotated = append(annotated, line)
			}
			got := strings.Join(annotated, "\n")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(text), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// problemsOf returns what reading and checking a file finds.
func problemsOf(t *testing.T, file string) []manifest.Problem {
	t.Helper()
	documents, problems := manifest.Read(t.Context(), []string{file}, nil)
	for _, d := range documents {
		problems = append(problems, manifest.Check(d)...)
	}
	return problems
}
