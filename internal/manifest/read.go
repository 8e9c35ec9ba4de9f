package manifest

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Stdin is the path that means standard input.
const Stdin = "-"

// Read returns the objects of files, of folders (all *.yaml, *.yml and *.json files in and below them, by name)
// and of standard input ("-"), in the order of the paths. Values are those that kubectl would send: YAML 1.1, with
// 64-bit integers exact. What cannot be read, or is no object of Kubernetes, is a problem with its place and does
// not keep the others from being read; an object that has a problem is not among the documents. When ctx ends, so
// does the reading, with that as the last problem.
func Read(ctx context.Context, paths []string, stdin io.Reader) ([]Document, []Problem) {
	r := &reader{seen: map[string]bool{}, first: map[identity]Document{}}
	for _, path := range paths {
		if path == Stdin {
			data, err := io.ReadAll(stdin)
			r.file(Stdin, data, err)
			continue
		}
		r.path(ctx, path)
		if err := ctx.Err(); err != nil {
			r.problem(Problem{File: path, Summary: fmt.Sprintf("reading was interrupted: %v", err)})
			break
		}
	}
	return r.documents, r.problems
}

// reader collects what the files hold.
type reader struct {
	documents []Document
	problems  []Problem
	seen      map[string]bool // files that were read, by clean path
	first     map[identity]Document
}

// identity tells objects apart. The version of the API is no part of it.
type identity struct {
	schema.GroupKind
	namespace, name string
}

func (r *reader) problem(p Problem) { r.problems = append(r.problems, p) }

// path reads a file or a folder.
func (r *reader) path(ctx context.Context, path string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		r.problem(Problem{File: path, Summary: cause(err), Hint: "give files, folders, or - for standard input"})
	case info.IsDir():
		r.folder(ctx, path)
	default:
		r.readFile(path)
	}
}

// readFile reads a file once, however often it is named.
func (r *reader) readFile(path string) {
	if clean := filepath.Clean(path); !r.seen[clean] {
		r.seen[clean] = true
		data, err := os.ReadFile(path)
		r.file(path, data, err)
	}
}

// file takes the objects from a file's content.
func (r *reader) file(name string, data []byte, err error) {
	if err != nil {
		r.problem(Problem{File: name, Summary: cause(err)})
		return
	}
	text, problem := decodeText(data)
	if problem != nil {
		problem.File = name
		r.problem(*problem)
		return
	}
	if p, ok := notImported(name); ok {
		r.problem(p)
		return
	}
	f := &fileReader{name: name}
	f.read(text)
	r.problems = append(r.problems, f.problems...)
	for _, d := range f.documents {
		r.add(d)
	}
}

// add keeps a document, unless its object has been described before.
func (r *reader) add(d Document) {
	u := d.Object
	id := identity{u.GroupVersionKind().GroupKind(), u.GetNamespace(), u.GetName()}
	if before, twice := r.first[id]; twice {
		r.problem(Problem{
			File: d.File, Line: d.Line, Column: d.Places[""].Column, Object: objectName(u.Object),
			Summary: fmt.Sprintf("is described twice, first at %s:%d", before.File, before.Line),
			Hint:    "keep one of them: with kubectl the last one wins",
		})
		return
	}
	r.first[id] = d
	r.documents = append(r.documents, d)
}

// cause returns the reason of an error of the file system without the path, which a problem has already.
func cause(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[i+2:]
	}
	return "cannot be read: " + text
}

// manifestFile says whether a file of a folder is read.
func manifestFile(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(name)))
}
