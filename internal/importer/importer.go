// Package importer writes the HCL that somebody would have written for objects that
// exist, as manifests or in a cluster.
//
// Nothing that it guesses needs to be right. What it wrote is evaluated and rendered like
// any configuration, and compared with the objects it came from: what differs becomes an
// override, and what no override can say a resource block. So an import loses nothing, and
// what it changes on purpose, names with versions and labels of stowage, is listed.
package importer

import (
	"io/fs"
	"slices"

	"stowage/internal/manifest"
	"stowage/planner"
)

// Options say how objects become a configuration.
type Options struct {
	Release   string // name of the release block; empty: the namespace's
	Namespace string // of the release, and of documents that name none; empty: that of most documents
	// KeepNames leaves every ConfigMap, Secret and Job its name, so that what runs can be
	// adopted without a restart. Otherwise those that only pods use become versioned.
	KeepNames bool
	Adopt     bool // whether the configuration says that it takes over what exists
}

// Result is a configuration that stands for documents, and what is to be known of it.
type Result struct {
	Release, Namespace string
	Files              []File // in the order of their names
	// Renamed are objects that get another name, because they are versioned or made anew
	// for each content.
	Renamed []Renamed
	// Relabelled are objects whose labels change, apart from those that every object of a
	// release has.
	Relabelled []Relabelled
	// Notes are what somebody should look at before applying.
	Notes []Note
	// Left are objects that are not imported, and why.
	Left []Note
	// Differences are what the configuration does not say as the documents do. There are
	// none, unless the importer has a fault.
	Differences []Difference
	Objects     int // that are imported
}

// File is one file of the configuration.
type File struct {
	Name    string // with slashes, from the configuration's directory
	Mode    fs.FileMode
	Content []byte
}

// Renamed is an object with a name before and after. With a version, To ends in "*".
type Renamed struct {
	ID planner.ObjectID
	To string
}

// Relabelled is a label that objects get (From is empty), lose (To is empty), or that changes
// from one value to another. All objects with the same change are in one.
type Relabelled struct {
	IDs      []planner.ObjectID
	Label    string
	From, To string
}

// Note is a remark about a document, or about several (ID is empty) at the first of them.
type Note struct {
	ID   planner.ObjectID
	File string
	Line int
	Text string
}

// Difference is a field of an object that is not as its document has it.
type Difference struct {
	ID   planner.ObjectID
	File string
	Line int
	manifest.Difference
}

// modes of files: values of secrets are for their owner alone.
const (
	openMode   fs.FileMode = 0o644
	secretMode fs.FileMode = 0o600
)

// Import returns the configuration that stands for the documents. They are not modified,
// and all of them are objects that the API takes (see manifest.Check). An error is a
// fault of the importer, or of the disk.
func Import(docs []manifest.Document, options Options) (*Result, error) {
	m := newMaker(docs, options)
	m.recognise()
	if err := m.settle(); err != nil {
		return nil, err
	}
	return m.result(), nil
}

// result returns what has been settled.
func (m *maker) result() *Result {
	for _, o := range m.objects {
		if o.part != nil && o.why != "" {
			m.note(o, "%s", o.why)
		}
	}
	r := &Result{
		Release: m.release, Namespace: m.namespace,
		Renamed: m.renamed, Relabelled: grouped(slices.Concat(m.dropped, m.relabels)), Notes: m.notes, Left: m.left, Differences: m.differ,
	}
	for _, f := range m.files {
		r.Files = append(r.Files, f.File)
	}
	for _, p := range m.parts {
		r.Objects += len(p.stands)
	}
	r.Objects += len(m.homes())
	return r
}
