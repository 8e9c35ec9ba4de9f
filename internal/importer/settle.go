package importer

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/go-multierror"
	"github.com/hashicorp/hcl/v2"

	"stowage/planner"
)

// outcome is what the last rendering of the configuration has told.
type outcome struct {
	files     []written
	renamed   []Renamed
	relabels  []relabel
	differ    []Difference
	rendering rendering
}

// settle writes and renders the configuration until it says what the objects say: what
// arguments cannot say becomes an override, and what no override can a resource block.
// Each round moves at least one object one step on, so there is an end.
func (m *maker) settle() error {
	for {
		m.outcome = outcome{files: m.writeFiles()}
		objects, refused, err := render(m.files)
		switch {
		case err != nil:
			return err
		case len(refused) > 0:
			if err := m.retreat(refused); err != nil {
				return err
			}
			continue
		}
		m.rendering = m.renderingOf(objects)
		if !m.compareAll() {
			return nil
		}
	}
}

// refusal is what is wrong with a line of the configuration.
type refusal struct {
	file   string
	line   int
	column int              // 0: not known
	id     planner.ObjectID // of the object that it is about, if it is about one
	why    string
}

// refusalsOf reads the errors of evaluating and of rendering.
func refusalsOf(diags hcl.Diagnostics, err error) ([]refusal, error) {
	var list []refusal
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Subject != nil {
			list = append(list, refusal{file: d.Subject.Filename, line: d.Subject.Start.Line, column: d.Subject.Start.Column, why: d.Summary + ": " + d.Detail})
		}
	}
	if diags.HasErrors() && len(list) == 0 {
		return nil, diags
	}
	var many *multierror.Error
	if !errors.As(err, &many) {
		return list, err
	}
	for _, e := range many.Errors {
		var o *planner.ObjectError
		if !errors.As(e, &o) || o.Origin.File == "" {
			return nil, e
		}
		list = append(list, refusal{file: o.Origin.File, line: o.Origin.Line, id: o.ID, why: o.Err.Error()})
	}
	return list, nil
}

// retreat takes what the language refuses out of the blocks that it was written in: an
// argument, an object that the block becomes, or all of it.
func (m *maker) retreat(refused []refusal) error {
	done := map[*part]bool{}
	for _, r := range refused {
		p := m.partAt(r.file, r.line)
		if p == nil {
			return fmt.Errorf("the configuration is refused at %s:%d: %s", r.file, r.line, r.why)
		}
		if m.withhold(p, r) {
			done[p] = true
		}
		if done[p] {
			continue // one step for each block and round
		}
		done[p] = true
		o := p.main()
		for _, other := range p.stands {
			if other.id == r.id {
				o = other
			}
		}
		m.stepBack(p, o, r.why)
	}
	return nil
}

// stepBack takes an object out of a block, or dissolves the block if it cannot be without
// that one. What a resource block cannot say is left out, and told.
func (m *maker) stepBack(p *part, o *object, why string) {
	switch {
	case p.kind == "resource":
		m.remove(p)
		m.leave(o, "could not be written as a resource block: "+why)
		o.part = nil
	case o != p.main() && p.fallBack(p, o):
		p.drop(o)
		clear(p.overrides)
		if m.asData(o) {
			return // which had been the app's own
		}
		m.asResource(o)
		o.why = "is a resource block of its own: " + why
	default:
		m.remove(p)
		p.main().why = fmt.Sprintf("could not be written as %s block: %s", withArticle(p.kind), why)
		for _, o := range p.stands {
			o.part = nil
			if p.kind != "app" || !m.asData(o) {
				m.asResource(o)
			}
		}
	}
}

func (m *maker) remove(p *part) {
	m.parts = slices.DeleteFunc(m.parts, func(other *part) bool { return other == p })
	delete(m.labels, p.address())
}

func withArticle(kind string) string {
	if kind == "app" || kind == "ingress" {
		return "an " + kind
	}
	return "a " + kind
}
