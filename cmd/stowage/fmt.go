package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
	"stowage/dsl"
)

// stdinPath stands for the standard input.
const stdinPath = "-"

type fmtOptions struct {
	streams *streams
	check   bool
	diff    bool
	deep    bool
	paths   []string
}

func newFmt(s *streams) *cobra.Command {
	o := fmtOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "fmt [DIR | FILE | -]...",
		Short: "Rewrite HCL files in the canonical format",
		Long: `Rewrite HCL files in the canonical format, and list those that changed.

A directory means all its *.hcl files, with --recursive those of the directories in
it too, such as modules; - is the standard input, which is formatted to the standard
output.`,
		RunE: func(_ *cobra.Command, args []string) error {
			o.paths = args
			if len(args) == 0 {
				o.paths = []string{"."}
			}
			return o.run()
		},
	}
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing; exit with 1 when a file is not formatted")
	cmd.Flags().BoolVarP(&o.deep, "recursive", "r", false, "format the files in directories inside too")
	cmd.Flags().BoolVar(&o.diff, "diff", false, "show what changes in each file")
	return cmd
}

func (o *fmtOptions) run() error {
	files, err := o.files()
	if err != nil {
		return err
	}
	changed := false
	for _, file := range files {
		formatted, err := o.format(file)
		if err != nil {
			return err
		}
		changed = changed || !formatted
	}
	if o.check && changed {
		return errShown
	}
	return nil
}

// files returns the files that the paths mean, each once.
func (o *fmtOptions) files() ([]string, error) {
	var files []string
	for _, path := range o.paths {
		info, err := os.Stat(path)
		switch {
		case path == stdinPath:
			files = append(files, path)
		case err != nil:
			return nil, plainPathError(err)
		case info.IsDir():
			found, err := o.inside(path)
			if err != nil {
				return nil, err
			}
			files = append(files, found...)
		default:
			files = append(files, path)
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// inside returns the HCL files of a directory. Directories whose names start with a
// dot hold what tools keep there.
func (o *fmtOptions) inside(dir string) ([]string, error) {
	if !o.deep {
		return filepath.Glob(filepath.Join(dir, "*.hcl"))
	}
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return plainPathError(err)
		case entry.IsDir() && path != dir && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case !entry.IsDir() && filepath.Ext(path) == ".hcl":
			files = append(files, path)
		}
		return nil
	})
	return files, err
}

// format formats one file as the options want it, and reports whether it was
// formatted before.
func (o *fmtOptions) format(path string) (bool, error) {
	source, err := o.read(path)
	if err != nil {
		return false, err
	}
	if file, diags := hclsyntax.ParseConfig(source, path, hcl.InitialPos); diags.HasErrors() {
		return false, &diagnosticsError{Diagnostics: diags, sources: map[string]*hcl.File{path: file}}
	}
	result := dsl.Format(source)
	same := bytes.Equal(source, result)
	if path == stdinPath && !o.check && !o.diff {
		return same, view.Raw(o.streams.out, result)
	}
	if same {
		return true, nil
	}
	if path != stdinPath {
		if err := view.Note(o.streams.out, path); err != nil {
			return false, err
		}
	}
	if o.diff {
		if err := view.Raw(o.streams.out, diff.Diff("old/"+path, source, "new/"+path, result)); err != nil {
			return false, err
		}
	}
	if o.check || path == stdinPath {
		return false, nil
	}
	return false, rewrite(path, result)
}

func (o *fmtOptions) read(path string) ([]byte, error) {
	if path == stdinPath {
		return io.ReadAll(o.streams.in)
	}
	source, err := os.ReadFile(path)
	return source, plainPathError(err)
}

// plainPathError takes the name of the system call out of an error, which means
// nothing to users.
func plainPathError(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("%s: %w", path.Path, path.Err)
	}
	return err
}

// rewrite replaces what is in a file, and keeps its mode.
func rewrite(path string, content []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return plainPathError(err)
	}
	return plainPathError(os.WriteFile(path, content, info.Mode().Perm()))
}
