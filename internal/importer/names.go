package importer

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

var notInLabel = regexp.MustCompile(`[^a-zA-Z0-9_-]+`)

// freeLabel returns the label of a block: the name of its object, as far as a reference
// can be written with it, and made different from other blocks of the kind.
func (m *maker) freeLabel(p *part) string {
	label := strings.Trim(notInLabel.ReplaceAllString(p.main().id.Name, "-"), "-")
	if !hclsyntax.ValidIdentifier(label) {
		label = p.kind + "-" + label // a name may begin with a digit
	}
	p.label = label
	if namespace := p.main().id.Namespace; m.labels[p.address()] && namespace != m.namespace && namespace != "" {
		label += "-" + namespace
	}
	if p.kind == "app" && m.labels[p.address()] { // one of another kind, of that name
		label += "-" + strings.ToLower(p.main().id.Kind)
	}
	unique := label
	for i := 2; ; i++ {
		p.label = unique
		if !m.labels[p.address()] {
			m.labels[p.address()] = true
			return unique
		}
		unique = fmt.Sprintf("%s-%d", label, i)
	}
}

// place says where an object comes from.
func (o *object) place() string {
	if o.File == "" {
		return "the cluster"
	}
	return fmt.Sprintf("%s:%d", o.File, o.Line)
}

// note adds a remark about an object.
func (m *maker) note(o *object, format string, args ...any) {
	m.notes = append(m.notes, Note{ID: o.id, File: o.File, Line: o.Line, Text: fmt.Sprintf(format, args...)})
}
