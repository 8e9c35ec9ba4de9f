package planner_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

// The expected errors stand in comments on the lines that they are about.
var expectedError = regexp.MustCompile(`# ERROR at (\d+): (.*)$`)

// TestS45UnknownFieldsAreFoundWhereTheyAreWritten renders the configurations of
// testdata/invalid. A comment "# ERROR at COLUMN: text [hint]" expects an error.
func TestS45UnknownFieldsAreFoundWhereTheyAreWritten(t *testing.T) {
	for _, dir := range fixtures(t, "testdata/invalid") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			file := filepath.Join(dir, "main.hcl")
			_, err := planner.Render(evaluate(t, dir))
			var got []string
			for _, e := range objectErrors(t, err) {
				at, text := e.Origin, e.Error()
				_, text, _ = strings.Cut(text, ": ")
				if e.Hint != "" {
					text += " [" + e.Hint + "]"
				}
				got = append(got, fmt.Sprintf("%d:%d: %s", at.Line, at.Column, text))
			}
			slices.Sort(got)
			if *update {
				writeExpected(t, file, got)
			}
			var want []string
			for i, line := range strings.Split(readFile(t, file), "\n") {
				for _, m := range expectedError.FindAllStringSubmatch(line, -1) {
					want = append(want, fmt.Sprintf("%d:%s: %s", i+1, m[1], m[2]))
				}
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// writeExpected puts errors into comments.
func writeExpected(t *testing.T, file string, errs []string) {
	t.Helper()
	lines := strings.Split(readFile(t, file), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(expectedError.ReplaceAllString(line, ""), " ")
	}
	for _, text := range errs {
		var line, column int
		if _, err := fmt.Sscanf(text, "%d:%d:", &line, &column); err != nil {
			t.Fatal(err)
		}
		_, message, _ := strings.Cut(text, ": ")
		lines[line-1] += fmt.Sprintf(" # ERROR at %d: %s", column, message)
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}
