// Package manifest holds Kubernetes objects as people write them and as a cluster has them: it reads YAML and JSON
// with their comments and places, checks them against the types of Kubernetes, takes away what a server or a
// controller added to a live object, and compares two objects field by field as the API server would.
package manifest

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Document is one object as somebody wrote it, or as the cluster has it.
type Document struct {
	// Object is the object itself, with the values that kubectl would send.
	Object *unstructured.Unstructured
	// File is the file's name as it was given: "-" for standard input, "" for an object of a cluster.
	File string
	// Line is where the document begins, from 1; 0 for an object of a cluster.
	Line int
	// Comments are what was written beside the fields.
	Comments Comments
	// Places says where the fields stand, by path.
	Places map[string]Place
}

// Place is a position in a file, both from 1. Column counts characters.
type Place struct{ Line, Column int }

// Comments of a document by field. The key is the field's path as text: "" for the document, "spec.replicas" for a
// field, "spec.template.spec.containers[0].env[2]" for an item of a list, and
// metadata.annotations[example.com/owner] for a key with a dot or a slash (see [Path]).
type Comments map[string]Comment

// Comment is what stands around a field, line by line, without the "#" and the space after it.
type Comment struct {
	// Head are the lines above the field; an empty text is an empty line between two blocks of them.
	Head []string
	// Line is what follows the field's value in its line.
	Line string
	// Foot are lines below the field that belong to nothing that follows.
	Foot []string
}

// Problem is something about a document that its author must know: it was not read, or the API server would not
// take it. A problem of one document never keeps others from being read.
type Problem struct {
	File string
	// Line and Column are from 1; 0 where the problem is of the whole file.
	Line, Column int
	// Object is the kind and the name, such as "Deployment web", or empty if they are not known.
	Object  string
	Summary string
	// Hint says what to do; it may be empty.
	Hint string
}

// Error makes a problem usable as an error: place, object and summary in one line, the hint in parentheses.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
		if p.Column > 0 {
			fmt.Fprintf(&b, ":%d", p.Column)
		}
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if p.Object != "" {
		b.WriteString(p.Object + ": ")
	}
	b.WriteString(p.Summary)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return b.String()
}
