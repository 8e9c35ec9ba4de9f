package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const gitignore = ".gitignore"

// dirMode is the mode of directories that are made.
const dirMode fs.FileMode = 0o755

// sourceFile is a file of a configuration that is to be written.
type sourceFile struct {
	Name    string // with slashes, from the configuration's directory
	Mode    fs.FileMode
	Content []byte
}

// conflictError are files that would be overwritten.
type conflictError struct{ files []string }

// Error names the files.
func (e *conflictError) Error() string {
	if len(e.files) == 1 {
		return e.files[0] + " is there already, and is another file"
	}
	return enumeration(e.files, "and") + " are there already, and are other files"
}

// writeFiles writes files to a directory, which is made when it is absent. Nothing is
// overwritten without force, but for .gitignore, to which lines are added. No link leads out
// of the directory. Of files of a directory that is made, all are written or none is.
func writeFiles(dir string, files []sourceFile, force bool) error {
	dir = filepath.Clean(dir)
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return writeNew(dir, files)
	} else if err == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file, and must be a directory", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return plainPathError(err)
	}
	defer func() { _ = root.Close() }()
	changed, err := changedFiles(root, files)
	if err != nil {
		return err
	}
	if conflicts := conflictsOf(dir, root, changed); len(conflicts) > 0 && !force {
		return &conflictError{conflicts}
	}
	return replaceFiles(root, changed)
}

// writeNew writes to a directory beside the one that is wanted, and gives it the name when
// all is there.
func writeNew(dir string, files []sourceFile) error {
	if err := os.MkdirAll(filepath.Dir(dir), dirMode); err != nil {
		return plainPathError(err)
	}
	temporary := filepath.Join(filepath.Dir(dir), temporaryName())
	if err := os.Mkdir(temporary, dirMode); err != nil {
		return plainPathError(err)
	}
	err := func() error {
		root, err := os.OpenRoot(temporary)
		if err != nil {
			return plainPathError(err)
		}
		return errors.Join(replaceFiles(root, files), root.Close())
	}()
	if err == nil {
		err = plainPathError(os.Rename(temporary, dir))
	}
	if err != nil {
		_ = os.RemoveAll(temporary)
	}
	return err
}

// temporaryName returns a name that no file has, and that is no part of a configuration.
func temporaryName() string { return ".stowage-" + rand.Text() }

// changedFiles returns the files that are not there as they should be.
func changedFiles(root *os.Root, files []sourceFile) ([]sourceFile, error) {
	var changed []sourceFile
	for _, f := range files {
		there, err := root.ReadFile(filepath.FromSlash(f.Name))
		switch {
		case f.Name == gitignore && err == nil:
			f.Content = withLines(there, f.Content)
		case f.Name == gitignore && !errors.Is(err, fs.ErrNotExist):
			return nil, plainPathError(err)
		}
		if err != nil || !bytes.Equal(there, f.Content) {
			changed = append(changed, f)
		}
	}
	return changed, nil
}

// withLines adds to a text the lines that it has not.
func withLines(text, lines []byte) []byte {
	has := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	var added []byte
	for line := range bytes.Lines(lines) {
		if !slices.Contains(has, strings.TrimRight(string(line), "\r\n")) {
			added = append(added, line...)
		}
	}
	if len(added) > 0 && len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		text = append(text, '\n')
	}
	return append(text, added...)
}

// conflictsOf returns the files that are there, whatever they are.
func conflictsOf(dir string, root *os.Root, files []sourceFile) []string {
	var conflicts []string
	for _, f := range files {
		name := filepath.FromSlash(f.Name)
		if _, err := root.Lstat(name); f.Name != gitignore && !errors.Is(err, fs.ErrNotExist) {
			conflicts = append(conflicts, filepath.Join(dir, name))
		}
	}
	return conflicts
}

// replaceFiles writes files under other names first, so that a full disk leaves those that
// are there as they were. Links are replaced, not followed.
func replaceFiles(root *os.Root, files []sourceFile) (err error) {
	temporary := make(map[string]string)
	defer func() {
		for _, name := range temporary {
			_ = root.Remove(name)
		}
	}()
	for _, f := range files {
		name := filepath.FromSlash(f.Name)
		if err := root.MkdirAll(filepath.Dir(name), dirMode); err != nil {
			return plainPathError(err)
		}
		temporary[name] = filepath.Join(filepath.Dir(name), temporaryName())
		if err := root.WriteFile(temporary[name], f.Content, f.Mode); err != nil {
			return plainPathError(err)
		}
	}
	for _, f := range files {
		name := filepath.FromSlash(f.Name)
		if err := root.Rename(temporary[name], name); err != nil {
			return fmt.Errorf("%s: %w", name, errors.Unwrap(err))
		}
		delete(temporary, name)
	}
	return nil
}

// otherFiles returns what a directory has besides files, as far as it is not hidden;
// nothing when the directory is absent.
func otherFiles(dir string, files []sourceFile) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, plainPathError(err)
	}
	own := make(map[string]bool)
	for _, f := range files {
		first, _, _ := strings.Cut(path.Clean(f.Name), "/")
		own[first] = true
	}
	var others []string
	for _, entry := range entries {
		if !own[entry.Name()] && !strings.HasPrefix(entry.Name(), ".") {
			others = append(others, entry.Name())
		}
	}
	return others, nil
}
