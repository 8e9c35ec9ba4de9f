package manifest

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// kustomizations are the names under which kustomize finds its configuration.
var kustomizations = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// folder reads the files of a folder and of those below it, except hidden ones. What only another tool can turn
// into objects (a chart, a kustomization) is named and left out as a whole: its files are parts, and some of them
// look like objects without being any.
func (r *reader) folder(ctx context.Context, path string) {
	entries, err := os.ReadDir(path)
	if err != nil {
		r.problem(Problem{File: path, Summary: cause(err)})
		return
	}
	if p, ok := generated(path, entries); ok {
		r.problem(p)
		return
	}
	for _, e := range entries {
		name := filepath.Join(path, e.Name())
		switch {
		case ctx.Err() != nil:
			return
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			r.folder(ctx, name)
		case manifestFile(name) && !linksToFolder(name, e):
			r.readFile(name)
		}
	}
}

// linksToFolder says whether an entry is a link to a folder, which is not followed: it may lead round in a circle.
func linksToFolder(name string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return false
	}
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// generated says whether a folder is the source of another tool, and what to do.
func generated(path string, entries []fs.DirEntry) (Problem, bool) {
	for _, e := range entries {
		switch {
		case e.Name() == "Chart.yaml":
			return chartProblem(filepath.Join(path, e.Name()), path), true
		case slices.Contains(kustomizations, e.Name()):
			return kustomizeProblem(filepath.Join(path, e.Name()), path), true
		}
	}
	return Problem{}, false
}

// notImported says whether a file that is named by itself is the configuration of another tool.
func notImported(file string) (Problem, bool) {
	base, dir := filepath.Base(file), filepath.Dir(file)
	switch {
	case base == "Chart.yaml":
		return chartProblem(file, dir), true
	case slices.Contains(kustomizations, base):
		return kustomizeProblem(file, dir), true
	}
	return Problem{}, false
}

func chartProblem(file, dir string) Problem {
	return Problem{
		File: file, Line: 1, Summary: "is a Helm chart: its templates become objects only with their values, so the folder was left out",
		Hint: fmt.Sprintf("run `helm template RELEASE %s -f VALUES | stowage import -`", dir),
	}
}

func kustomizeProblem(file, dir string) Problem {
	return Problem{
		File: file, Line: 1, Summary: "is a kustomization: what it builds differs from the files beside it, so the folder was left out",
		Hint: fmt.Sprintf("run `kubectl kustomize %s | stowage import -`", dir),
	}
}
