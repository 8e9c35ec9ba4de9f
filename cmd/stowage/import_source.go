package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/cmd/stowage/view"
	"stowage/internal/importer"
	"stowage/internal/manifest"
)

// importSource is what there is to import.
type importSource struct {
	documents []manifest.Document
	problems  []manifest.Problem // with what is not among the documents
	left      []view.ImportLeft
	unread    []view.ImportUnread
	notes     []view.ImportNote
	owned     bool // another tool says that some of it is its own
}

// read reads what there is to import.
func (o *importOptions) read(ctx context.Context) (*importSource, error) {
	if o.fromCluster {
		return o.readCluster(ctx)
	}
	return o.readManifests(ctx)
}

// readManifests reads files and standard input. What the API would not take is left to its
// author.
func (o *importOptions) readManifests(ctx context.Context) (*importSource, error) {
	read, problems := manifest.Read(ctx, o.paths, o.streams.in)
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	from := &importSource{problems: problems}
	for _, d := range read {
		if wrong := manifest.Check(d); len(wrong) > 0 {
			from.problems = append(from.problems, wrong...)
			continue
		}
		from.documents = append(from.documents, d)
	}
	return from, nil
}

// options returns how the source becomes a configuration.
func (o *importOptions) options(from *importSource) (importer.Options, error) {
	options := importer.Options{
		Release: cmp.Or(o.name, o.releaseName(from.documents)), Namespace: o.cluster.namespace,
		KeepNames: o.keepNames || o.fromCluster, Adopt: o.fromCluster,
	}
	if err := checkRelease(cmp.Or(options.Release, "default"), cmp.Or(options.Namespace, "default")); err != nil {
		return options, usage("--name and -n name the release and its namespace", "%w", err)
	}
	return options, nil
}

// releaseName returns what a release is called that nobody has named: as it is in the tool
// that it comes from, as the directory that is given for it, or as what it runs first. It is
// empty when the namespace says it.
func (o *importOptions) releaseName(documents []manifest.Document) string {
	if name := cmp.Or(o.chosen.name(), instanceOf(documents)); name != "" {
		return name
	}
	for _, d := range documents {
		if namespace := cmp.Or(o.cluster.namespace, d.Object.GetNamespace(), "default"); namespace != "default" {
			return ""
		}
	}
	if name := inName(filepath.Base(o.dir)); checkRelease(name, "default") == nil {
		return name
	}
	named := slices.IndexFunc(documents, func(d manifest.Document) bool {
		_, pods, _ := unstructured.NestedFieldNoCopy(d.Object.Object, "spec", "template", "spec", "containers")
		return pods
	})
	return inName(documents[max(named, 0)].Object.GetName())
}

// inName returns text as the name of a release.
func inName(text string) string {
	return strings.Trim(notInName.ReplaceAllString(strings.ToLower(text), "-"), "-")
}

var notInName = regexp.MustCompile(`[^a-z0-9-]+`)

// instanceOf returns the one instance that objects are said to belong to, which Helm's charts
// name after the release; empty when there is none, or more.
func instanceOf(documents []manifest.Document) string {
	instance := ""
	for _, d := range documents {
		switch of := d.Object.GetLabels()["app.kubernetes.io/instance"]; {
		case of == "" || of == instance:
		case instance != "":
			return ""
		default:
			instance = of
		}
	}
	return instance
}

// checkRelease returns what the language has against a release's name or its namespace.
func checkRelease(name, namespace string) error {
	return checkFiles([]sourceFile{{mainFile, openMode, fmt.Appendf(nil, "release %s {\n  namespace = %s\n}\n", literal(name), literal(namespace))}})
}

// findingsOfImport returns what could not be imported.
func findingsOfImport(problems []manifest.Problem, left []importer.Note) []view.Finding {
	var findings []view.Finding
	for _, p := range problems {
		f := view.Finding{Severity: view.SeverityError, Summary: p.Summary, Hint: p.Hint}
		if p.Object != "" {
			f.Summary = p.Object + ": " + p.Summary
		}
		if f.Range = rangeAt(p.File, p.Line, p.Column); f.Range == nil && p.File != "" {
			f.Summary = p.File + ": " + f.Summary
		}
		findings = append(findings, f)
	}
	for _, n := range left {
		findings = append(findings, view.Finding{
			Severity: view.SeverityError, Summary: fmt.Sprintf("%s: %s", n.ID, n.Text), Object: &n.ID, Range: rangeAt(n.File, n.Line, 1),
		})
	}
	return findings
}

// rangeAt returns a place in a file; nil where none is known.
func rangeAt(file string, line, column int) *view.SourceRange {
	if file == "" || line < 1 {
		return nil
	}
	at := view.SourcePos{Line: line, Column: max(column, 1)}
	return &view.SourceRange{File: file, Start: at, End: at}
}
