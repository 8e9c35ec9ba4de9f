package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func filesOf(contents ...string) []sourceFile {
	var files []sourceFile
	for pair := range slices.Chunk(contents, 2) {
		files = append(files, sourceFile{Name: pair[0], Mode: openMode, Content: []byte(pair[1])})
	}
	return files
}

// contentsOf returns all files below a directory with what is in them, hidden ones too.
func contentsOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(filepath.Clean(path))
		name, _ := filepath.Rel(dir, path)
		found[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func mustWrite(t *testing.T, dir string, force bool, files []sourceFile) {
	t.Helper()
	if err := writeFiles(dir, files, force); err != nil {
		t.Fatal(err)
	}
}

func TestFilesAreWrittenWithTheirModes(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "deep", "new")
	files := append(filesOf("a.hcl", "1", "files/web/page.html", "2"), sourceFile{"secret.hcl", secretMode, []byte("3")})
	mustWrite(t, dir, false, files)
	if diff := cmp.Diff(map[string]string{"a.hcl": "1", "files/web/page.html": "2", "secret.hcl": "3"}, contentsOf(t, dir)); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(filepath.Join(dir, "secret.hcl"))
	if err != nil || info.Mode().Perm() != secretMode {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	mustWrite(t, dir, false, files) // which has nothing to do
	if left := contentsOf(t, parent); len(left) != len(files) {
		t.Errorf("left behind: %v", left)
	}
}

// A directory that is made has all files or is not there.
func TestFilesAreWrittenTogetherOrNotAtAll(t *testing.T) {
	parent := t.TempDir()
	err := writeFiles(filepath.Join(parent, "new"), filesOf("a", "1", "b", "2", "b/c", "a directory cannot have the name of a file"), false)
	if err == nil {
		t.Fatal("no error")
	}
	if left, _ := os.ReadDir(parent); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	there := filepath.Join(parent, "there")
	mustWrite(t, there, false, filesOf("a", "before"))
	if err := writeFiles(there, filesOf("a", "after", "a/b", "no"), true); err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(map[string]string{"a": "before"}, contentsOf(t, there)); diff != "" {
		t.Error(diff)
	}
}

func TestNothingIsOverwrittenWithoutForce(t *testing.T) {
	dir := t.TempDir()
	mustWrite(t, dir, false, filesOf("a", "mine", "other", "stays", "same", "same"))
	err := writeFiles(dir, filesOf("a", "new", "b", "new", "same", "same"), false)
	conflict := (*conflictError)(nil)
	if !errors.As(err, &conflict) || !slices.Equal(conflict.files, []string{filepath.Join(dir, "a")}) {
		t.Errorf("error %v, want one about a alone", err)
	}
	if diff := cmp.Diff(map[string]string{"a": "mine", "other": "stays", "same": "same"}, contentsOf(t, dir)); diff != "" {
		t.Error(diff)
	}
	mustWrite(t, dir, true, filesOf("a", "new", "b", "new", "same", "same"))
	if diff := cmp.Diff(map[string]string{"a": "new", "b": "new", "other": "stays", "same": "same"}, contentsOf(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestLinesAreAddedToGitignore(t *testing.T) {
	for before, want := range map[string]string{
		"":              "x\ny\n",
		"a\n":           "a\nx\ny\n",
		"a\nx":          "a\nx\ny\n",
		"y\r\nx\r\n":    "y\r\nx\r\n",
		"# x\n x\n!y\n": "# x\n x\n!y\nx\ny\n",
		"y\n\n\nx\nz\n": "y\n\n\nx\nz\n",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, gitignore), []byte(before), openMode); err != nil {
			t.Fatal(err)
		}
		mustWrite(t, dir, false, filesOf(gitignore, "x\ny\n"))
		if got := contentsOf(t, dir)[gitignore]; got != want {
			t.Errorf("%q becomes %q, want %q", before, got, want)
		}
	}
}

// Whoever can write to the directory cannot have other files overwritten.
func TestNoLinkLeadsOutOfTheDirectory(t *testing.T) {
	parent := t.TempDir()
	dir, outside := filepath.Join(parent, "dir"), filepath.Join(parent, "outside")
	mustWrite(t, outside, false, filesOf("a", "outside"))
	mustWrite(t, dir, false, filesOf("b", "inside"))
	for link, to := range map[string]string{"a": "../outside/a", "files": "../outside"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeFiles(dir, filesOf("a", "new"), false); err == nil {
		t.Error("a link is overwritten without force")
	}
	if err := writeFiles(dir, filesOf("files/a", "new"), true); err == nil {
		t.Error("a linked directory outside is written to")
	}
	mustWrite(t, dir, true, filesOf("a", "new")) // instead of the link
	if diff := cmp.Diff(map[string]string{"a": "outside"}, contentsOf(t, outside)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"a": "new", "b": "inside"}, contentsOf(t, dir)); diff != "" {
		t.Error(diff)
	}
}
