package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stowage/cmd/stowage/view"
	"stowage/dsl"
)

const examplesDir = "../../examples"

// secretsOfExamples are the values that examples take from the environment.
var secretsOfExamples = []string{
	"STOWAGE_VAR_mysql_password=example", "STOWAGE_VAR_db_password=example", "STOWAGE_VAR_editor_password=example",
}

// stowage runs a command in this process and returns its exit code and what it
// wrote.
func stowage(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	s := &streams{
		in:      strings.NewReader(""),
		out:     view.Screen{Out: &stdout},
		err:     view.Screen{Out: &stderr},
		environ: secretsOfExamples,
	}
	root := newRoot(s)
	root.SetArgs(args)
	command, err := root.ExecuteContextC(t.Context())
	code = conclude(t.Context(), s, command, err)
	return code, stdout.String(), stderr.String()
}

// want runs a command that must exit with the code, and returns its output.
func want(t *testing.T, code int, args ...string) string {
	t.Helper()
	got, out, errs := stowage(t, args...)
	if got != code {
		t.Fatalf("stowage %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, out, errs)
	}
	return out
}

// examples returns the directories of examples.
func examples(t *testing.T) []string {
	t.Helper()
	var dirs []string
	for _, pattern := range []string{"*", filepath.Join("gitops", "*")} {
		files, err := filepath.Glob(filepath.Join(examplesDir, pattern, "*.hcl"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if dir := filepath.Dir(file); len(dirs) == 0 || dirs[len(dirs)-1] != dir {
				dirs = append(dirs, dir)
			}
		}
	}
	if len(dirs) == 0 {
		t.Fatal("there are no examples")
	}
	return dirs
}

func TestExamplesAreValidInEveryEnvironment(t *testing.T) {
	for _, dir := range examples(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			environments := [][]string{nil}
			if names := dsl.Environments(dir); len(names) > 0 { // some variables have a value in these alone
				environments = nil
				for _, name := range names {
					environments = append(environments, []string{"--env", name})
				}
			}
			for _, environment := range environments {
				for _, verb := range []string{"validate", "render", "graph"} {
					want(t, exitOK, append([]string{verb, dir}, environment...)...)
				}
			}
			want(t, exitOK, "fmt", "--check", dir)
		})
	}
}

func TestExamplesHoldNoPasswordOfProduction(t *testing.T) {
	files := 0
	for _, dir := range examples(t) {
		file := filepath.Join(dir, "prod.vars.hcl")
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if name, _, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, "#") && strings.Contains(name, "password") {
				t.Errorf("%s: %s", file, line)
			}
		}
		files++
	}
	if files == 0 {
		t.Error("there are no var files of production")
	}
}
