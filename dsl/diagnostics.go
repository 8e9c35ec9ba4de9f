package dsl

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Section is where the reference of the language says what would be right. It is the
// extra of diagnostics about what a block may hold.
type Section string

// refer adds where the reference has the block that is being decoded.
func (s *scope) refer(diags hcl.Diagnostics) {
	if s.node == nil {
		return
	}
	for _, d := range diags {
		d.Extra = Section("docs/language.md#" + s.node.address.Type)
	}
}

// problem makes an error diagnostic. Subject may be nil where there is no
// place in a file, as for a --var flag.
func problem(subject *hcl.Range, summary, format string, args ...any) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(format, args...), Subject: subject}
}

// suggestion returns ` Did you mean "x"?` for the name nearest to the given
// one, or nothing when none is near.
func suggestion(given string, names []string) string {
	best := nearest(given, names)
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", best)
}

// nearest returns the name nearest to the given one, empty when none is near.
func nearest(given string, names []string) string {
	const far = 3 // edits; more is another word, not a slip
	best, distance := "", far
	for _, name := range names {
		if d := levenshtein.Distance(given, name, nil); d < distance && d < len(name) {
			best, distance = name, d
		}
	}
	return best
}

// tidy sorts diagnostics by position, those without one first, and drops
// repetitions.
func tidy(diags hcl.Diagnostics) hcl.Diagnostics {
	slices.SortStableFunc(diags, compareDiagnostics)
	return slices.CompactFunc(diags, func(a, b *hcl.Diagnostic) bool { return compareDiagnostics(a, b) == 0 })
}

func compareDiagnostics(a, b *hcl.Diagnostic) int {
	var from, to hcl.Range
	if a.Subject != nil {
		from = *a.Subject
	}
	if b.Subject != nil {
		to = *b.Subject
	}
	return cmp.Or(
		compareRanges(from, to),
		cmp.Compare(a.Severity, b.Severity),
		cmp.Compare(a.Summary, b.Summary),
		cmp.Compare(a.Detail, b.Detail),
	)
}

// compareRanges orders by file, then by position.
func compareRanges(a, b hcl.Range) int {
	return cmp.Or(
		cmp.Compare(a.Filename, b.Filename),
		cmp.Compare(a.Start.Byte, b.Start.Byte),
		cmp.Compare(a.End.Byte, b.End.Byte),
	)
}

// describe says what went wrong with a file, without the system call's name.
func describe(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Path + ": " + pathErr.Err.Error()
	}
	return err.Error()
}

// place writes where something stands, as file:line.
func place(r hcl.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }

// ended closes an error's text as a sentence.
func ended(err error) string {
	text := err.Error()
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// sentence makes an error's text a sentence of its own.
func sentence(err error) string {
	text := ended(err)
	return strings.ToUpper(text[:1]) + text[1:]
}

var capital = regexp.MustCompile(`[A-Z]`)

// suggestSnakeCase adds a suggestion to reports of arguments that are written
// as Kubernetes writes them, such as imagePullPolicy.
func suggestSnakeCase(diags hcl.Diagnostics, body hcl.Body, schema *hcl.BodySchema) {
	native, ok := body.(*hclsyntax.Body)
	if !ok || !diags.HasErrors() {
		return
	}
	for _, attr := range native.Attributes {
		snake := capital.ReplaceAllStringFunc(attr.Name, func(c string) string { return "_" + strings.ToLower(c) })
		if snake == attr.Name || !slices.ContainsFunc(schema.Attributes, func(a hcl.AttributeSchema) bool { return a.Name == snake }) {
			continue
		}
		for _, d := range diags {
			if d.Subject != nil && *d.Subject == attr.NameRange && !strings.Contains(d.Detail, "Did you mean") {
				d.Detail += fmt.Sprintf(" Did you mean %q?", snake)
			}
		}
	}
}
