package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Check returns why an API server would not take a document, strictly: fields that its kind does not have, values
// of another type, words and names that are not allowed, items that are there twice, and versions of the API that
// are gone. Kinds that are not built in pass, but for their names. The problems are in the order of the file.
func Check(d Document) []Problem {
	c := &checker{document: d}
	gvk := d.Object.GroupVersionKind()
	if c.removed(gvk) || c.unknownKind(gvk) {
		return c.problems
	}
	if t := typeOf(gvk); t != nil {
		c.value("", t, d.Object.Object)
	}
	c.names(gvk)
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return c.problems
}

// checker collects what is wrong with a document.
type checker struct {
	document Document
	problems []Problem
}

// fail notes what is wrong with a field.
func (c *checker) fail(path, hint, format string, args ...any) {
	place, summary := c.place(path), fmt.Sprintf(format, args...)
	if path != "" {
		summary = path + ": " + summary
	}
	c.problems = append(c.problems, Problem{
		File: c.document.File, Line: place.Line, Column: place.Column, Object: objectName(c.document.Object.Object), Summary: summary, Hint: hint,
	})
}

// place returns where a field stands, or what it would stand in.
func (c *checker) place(path string) Place {
	for {
		if place, ok := c.document.Places[path]; ok || path == "" {
			return cmp.Or(place, Place{Line: c.document.Line})
		}
		path = parentPath(path)
	}
}

// nearest returns the word that somebody meant who wrote another one: it differs in case, dashes and underscores
// only, or in few letters; empty if there is none.
func nearest(word string, words []string) string {
	best, distance := "", 3
	for _, w := range words {
		if plain(w) == plain(word) {
			return w
		}
		if d := levenshtein.Distance(plain(word), plain(w), nil); d < distance && d <= max(1, len(w)/3) {
			best, distance = w, d
		}
	}
	return best
}

// plain takes from a word what people get wrong most.
func plain(word string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(word))
}
