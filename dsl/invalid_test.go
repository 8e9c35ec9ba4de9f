package dsl

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
)

// TestInvalid evaluates the configurations in testdata/invalid, each a file
// or a directory of files. A line that must be reported ends with a comment
// "# ERROR: Summary: detail" or "# WARNING: ..."; what belongs to no line
// stands in a comment "# ERROR nowhere: ..." at the end, and what belongs to a
// file in JSON in a file want.txt. All that is found must be expected, and the
// other way round. A comment "# --var x=y" gives an input.
func TestInvalid(t *testing.T) {
	cases, err := filepath.Glob("testdata/invalid/*")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".hcl"), func(t *testing.T) {
			fixture, err := filepath.Abs(name)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			files := copyFixture(t, fixture, dir)
			t.Chdir(dir)
			diags := evaluateHere(inputsIn(t, files))
			if *update {
				rewrite(t, fixture, files, diags)
				return
			}
			if diff := cmp.Diff(expectedIn(t, files), found(diags)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
		})
	}
}

func evaluateHere(in Inputs) hcl.Diagnostics {
	m, diags := Parse(".")
	if !diags.HasErrors() {
		_, diags = m.Evaluate(in)
	}
	return diags
}

// copyFixture copies a fixture and returns the names of its files.
func copyFixture(t *testing.T, fixture, dir string) []string {
	t.Helper()
	if strings.HasSuffix(fixture, ".hcl") {
		src, err := os.ReadFile(fixture)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "main.hcl"), src, 0o600); err != nil {
			t.Fatal(err)
		}
	} else if err := os.CopyFS(dir, os.DirFS(fixture)); err != nil {
		t.Fatal(err)
	}
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

var (
	expectation = regexp.MustCompile(`\s*# (ERROR|WARNING)( nowhere)?: (.*)$`)
	inputFlag   = regexp.MustCompile(`(?m)^# --(var|var-file|env) (.*)$`)
)

func inputsIn(t *testing.T, files []string) Inputs {
	t.Helper()
	var in Inputs
	for _, name := range files {
		for _, m := range inputFlag.FindAllStringSubmatch(readText(t, name), -1) {
			switch m[1] {
			case "var":
				in.Vars = append(in.Vars, m[2])
			case "var-file":
				in.VarFiles = append(in.VarFiles, m[2])
			case "env":
				in.Env = m[2]
			}
		}
	}
	return in
}

func readText(t *testing.T, name string) string {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// expectedIn collects the expectations written in files.
func expectedIn(t *testing.T, files []string) []string {
	t.Helper()
	var all []string
	for _, name := range files {
		for i, line := range strings.Split(readText(t, name), "\n") {
			if name == "want.txt" && line != "" {
				all = append(all, line)
				continue
			}
			m := expectation.FindStringSubmatch(line)
			switch {
			case m == nil:
			case m[2] != "":
				all = append(all, fmt.Sprintf("nowhere: %s: %s", m[1], m[3]))
			default:
				for _, one := range strings.Split(m[0], " # ")[1:] {
					all = append(all, fmt.Sprintf("%s:%d: %s", name, i+1, one))
				}
			}
		}
	}
	slices.Sort(all)
	return all
}

// found writes diagnostics as expectedIn does.
func found(diags hcl.Diagnostics) []string {
	var all []string
	for _, d := range diags {
		at := "nowhere"
		if d.Subject != nil {
			at = place(*d.Subject)
		}
		all = append(all, fmt.Sprintf("%s: %s: %s", at, severity(d), oneLine(d)))
	}
	slices.Sort(all)
	return all
}

func severity(d *hcl.Diagnostic) string {
	if d.Severity == hcl.DiagWarning {
		return "WARNING"
	}
	return "ERROR"
}

func oneLine(d *hcl.Diagnostic) string {
	return d.Summary + ": " + strings.Join(strings.Fields(d.Detail), " ")
}

// rewrite puts what was found into the comments of a fixture in HCL.
func rewrite(t *testing.T, fixture string, files []string, diags hcl.Diagnostics) {
	t.Helper()
	for _, name := range files {
		if name == "want.txt" {
			want := strings.Join(found(diags), "\n") + "\n"
			if err := os.WriteFile(filepath.Join(fixture, name), []byte(want), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.HasSuffix(name, ".hcl") {
			continue
		}
		lines := strings.Split(strings.TrimRight(readText(t, name), "\n"), "\n")
		lines = slices.DeleteFunc(lines, func(line string) bool { return strings.Contains(line, " nowhere: ") })
		for i, line := range lines {
			lines[i] = expectation.ReplaceAllString(line, "")
		}
		var end []string
		for _, d := range diags {
			switch {
			case d.Subject == nil && name == files[0]:
				end = append(end, fmt.Sprintf("# %s nowhere: %s", severity(d), oneLine(d)))
			case d.Subject != nil && d.Subject.Filename == name:
				lines[d.Subject.Start.Line-1] += fmt.Sprintf(" # %s: %s", severity(d), oneLine(d))
			}
		}
		to := fixture
		if !strings.HasSuffix(fixture, ".hcl") {
			to = filepath.Join(fixture, name)
		}
		text := strings.TrimRight(strings.Join(append(lines, end...), "\n"), "\n") + "\n"
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
