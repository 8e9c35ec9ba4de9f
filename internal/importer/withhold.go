package importer

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// An app or an ingress does without an argument or a block that the language refuses: an
// override says the same then, and the rest stays as it is.

// essential are arguments without which it would be another block.
var essential = []string{"name", "kind", "image"}

// withhold leaves out what is at a place of a block. It reports false if that is the block
// itself, or an override, which is there already in the place of something.
func (m *maker) withhold(p *part, r refusal) bool {
	if p.kind != "app" && p.kind != "ingress" {
		return false
	}
	item := p.original(m.itemAt(r))
	if len(item) == 0 || slices.Contains(essential, item[0]) || strings.HasPrefix(item[0], "override ") {
		return false
	}
	path := joined(item)
	if p.withheld[path] {
		return false
	}
	if p.withheld == nil {
		p.withheld = map[string]bool{}
	}
	p.withheld[path] = true
	clear(p.overrides) // they are made for what the block becomes
	return true
}

// original returns the way to an item of a block as it is without anything withheld: blocks of
// one kind are told apart by their number.
func (p *part) original(way []string) []string {
	for i, step := range way {
		name, number, isBlock := strings.Cut(step, "#")
		if !isBlock || !strings.Contains(name, " ") {
			continue
		}
		n, _ := strconv.Atoi(number)
		for k := 1; n > 0; k++ {
			way[i] = name + "#" + strconv.Itoa(k)
			if !p.withheld[joined(way[:i+1])] {
				n--
			}
		}
	}
	return way
}

// joined makes one text of the way to an item of a block.
func joined(way []string) string { return strings.Join(way, "\n") }

// itemAt returns the way to the innermost item at a place of a file, from the block at the top
// that it is in.
func (m *maker) itemAt(r refusal) []string {
	for _, f := range m.files {
		if f.Name != r.file {
			continue
		}
		parsed, diags := hclsyntax.ParseConfig(f.Content, f.Name, hcl.InitialPos)
		body, ok := parsed.Body.(*hclsyntax.Body)
		if diags.HasErrors() || !ok {
			return nil
		}
		if way := itemIn(body, r.line, r.column); len(way) > 0 {
			return way[1:]
		}
	}
	return nil
}

// itemIn returns the way to the innermost item of a body at a place.
func itemIn(body *hclsyntax.Body, line, column int) []string {
	count := map[string]int{}
	for _, b := range body.Blocks {
		name := nameOfBlock(b.Type, b.Labels, count)
		if covers(b.Range(), line, column) {
			return append([]string{name}, itemIn(b.Body, line, column)...)
		}
	}
	for _, a := range body.Attributes {
		if covers(a.Range(), line, column) {
			return append([]string{a.Name}, fieldIn(a.Expr, line, column)...)
		}
	}
	return nil
}

// fieldIn returns the way to the innermost field of an object at a place.
func fieldIn(expr hclsyntax.Expression, line, column int) []string {
	object, ok := expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil
	}
	for _, item := range object.Items {
		if !covers(hcl.RangeBetween(item.KeyExpr.Range(), item.ValueExpr.Range()), line, column) {
			continue
		}
		if key, diags := item.KeyExpr.Value(nil); !diags.HasErrors() && key.IsKnown() && !key.IsNull() {
			return append([]string{key.AsString()}, fieldIn(item.ValueExpr, line, column)...)
		}
	}
	return nil
}

// nameOfBlock names a block among those beside it.
func nameOfBlock(kind string, labels []string, count map[string]int) string {
	name := kind + " " + strings.Join(labels, " ")
	count[name]++
	return name + "#" + strconv.Itoa(count[name])
}

// covers reports whether a place is in a range; without a column, whether its line is.
func covers(r hcl.Range, line, column int) bool {
	if column == 0 {
		return r.Start.Line <= line && line <= r.End.Line
	}
	after := line > r.Start.Line || line == r.Start.Line && column >= r.Start.Column
	before := line < r.End.Line || line == r.End.Line && column < r.End.Column
	return after && before
}

// without takes the withheld items out of a block.
func (b *block) without(withheld map[string]bool, way ...string) {
	count := map[string]int{}
	kept := b.items[:0]
	for _, it := range b.items {
		switch it := it.(type) {
		case attr:
			if here := slices.Concat(way, []string{it.name}); !withheld[joined(here)] {
				it.value = withoutFields(it.value, withheld, here)
				kept = append(kept, it)
			}
		case *block:
			if here := slices.Concat(way, []string{nameOfBlock(it.kind, it.labels, count)}); !withheld[joined(here)] {
				it.without(withheld, here...)
				if !it.optional || !it.empty() {
					kept = append(kept, it)
				}
			}
		}
	}
	b.items = kept
}

func withoutFields(v any, withheld map[string]bool, way []string) any {
	object, ok := v.(fields)
	if !ok {
		return v
	}
	kept := fields{}
	for _, a := range object {
		if here := slices.Concat(way, []string{a.name}); !withheld[joined(here)] {
			a.value = withoutFields(a.value, withheld, here)
			kept = append(kept, a)
		}
	}
	return kept
}
