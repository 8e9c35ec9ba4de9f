package importer

import (
	"path/filepath"
	"strings"
	"testing"

	"stowage/internal/manifest"
)

// TestCommentsAreKept counts each line of the comments of all manifests before and after.
func TestCommentsAreKept(t *testing.T) {
	var files []string
	for _, pattern := range []string{"testdata/corpus/*.yaml", "testdata/import/*/*.yaml", "testdata/app/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no test data: %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		docs, _ := manifest.Read(t.Context(), []string{file}, nil)
		result, err := Import(docs, Options{})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if len(result.Left) > 0 { // with their comments
			continue
		}
		checkComments(t, file, docs, result)
	}
}

func checkComments(t *testing.T, name string, docs []manifest.Document, result *Result) {
	t.Helper()
	count := map[string]int{}
	for _, d := range docs {
		for _, c := range d.Comments {
			for _, line := range linesOf(c) {
				count[strings.TrimSpace("# "+line)]++
			}
		}
	}
	delete(count, "#")
	for _, f := range result.Files {
		for line := range strings.Lines(string(f.Content)) {
			line = strings.TrimSpace(line)
			for comment := range count {
				if line == comment || strings.HasSuffix(line, " "+comment) {
					count[comment]--
				}
			}
		}
	}
	for comment, left := range count {
		if left > 0 {
			t.Errorf("%s: lost: %s", name, comment)
		} else if left < 0 {
			t.Errorf("%s: too often: %s", name, comment)
		}
	}
}
