package dsl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// moved is a moved block: what is declared as to was declared as from before. The
// addresses are those within the module that the block is written in.
type moved struct {
	from, to     Address
	fromAt, toAt hcl.Range
}

// move is a moved block in one frame.
type move struct {
	*moved
	from, to Address
}

// moves are all moved blocks, by what they lead to.
type moves map[Address]move

// movable are the block types whose objects have a name to keep.
var movable = []string{"app", "config", "secret", "ingress", "resource"}

var movedSchema = newSchema([]arg[moved]{
	{
		name: "from", kind: movedAddress(func(m *moved) (*Address, *hcl.Range) { return &m.from, &m.fromAt }), required: true,
		doc: "What the block or instance was before, as in `app.web` or `app.web[\"a\"]`. There must be no such block any more.",
	},
	{
		name: "to", kind: movedAddress(func(m *moved) (*Address, *hcl.Range) { return &m.to, &m.toAt }), required: true,
		doc: "What it is now, as in `app.shop` or `module.shop.app.web`.",
	},
})

// movedAddress is an argument that spells out an address.
func movedAddress(field func(*moved) (*Address, *hcl.Range)) kind[moved] {
	return kind[moved]{name: "address", decode: func(s *scope, to *moved, a argument) {
		t, diags := hcl.AbsTraversalForExpr(a.expr)
		address, err := Address{}, errors.New("is not an address")
		if !diags.HasErrors() {
			address, err = addressOf(t)
		}
		if err != nil {
			s.report(problem(a.expr.Range().Ptr(), "Invalid address", "%q %s", a.name, ended(err)))
			return
		}
		addressField, at := field(to)
		*addressField, *at = address, a.expr.Range()
	}}
}

// addressOf reads the address that a traversal spells out, modules included.
func addressOf(t hcl.Traversal) (Address, error) {
	var a Address
	for i := 0; ; {
		blockType, module := t.RootName(), ""
		if i > 0 {
			blockType, _ = stepName(t, i)
			module = a.String()
		}
		count := labels(blockType)
		var names []string
		for k := 1; k <= count; k++ {
			name, _ := stepName(t, i+k)
			names = append(names, name)
		}
		if blockTypes[blockType] == "" && !slices.Contains(movable, blockType) || slices.Contains(names, "") {
			return a, errors.New(`must be an address, such as app.web, app.web["KEY"] or module.shop.app.web`)
		}
		a = Address{Module: module, Type: blockType, Name: strings.Join(names, ".")}
		i += 1 + count
		if i < len(t) {
			if _, index := t[i].(hcl.TraverseIndex); index {
				key, _ := stepName(t, i)
				a = a.instance(key)
				i++
			}
		}
		switch {
		case i == len(t) && a.Type == "module":
			return a, errors.New("names a module. Objects are not named after the module that they are in, so it can be renamed without a moved block")
		case i == len(t) && !slices.Contains(movable, a.Type):
			return a, fmt.Errorf("must name one of these: %s", strings.Join(movable, ", "))
		case i == len(t):
			return a, nil
		case a.Type != "module":
			return a, fmt.Errorf("must end with %s", a)
		}
	}
}

// readMoved reads a moved block, which needs nothing to be evaluated.
func (src *source) readMoved(b *hcl.Block) {
	s := &scope{evaluation: &evaluation{}}
	m := &moved{}
	failed := s.failed(func() { movedSchema.decode(s, b.Body, m) })
	switch {
	case failed:
	case m.from.objectKind() != m.to.objectKind():
		s.report(problem(&m.toAt, "Invalid address", "What was %s cannot become %s: the objects of the two are not of the same kind.", m.from, m.to))
	case m.from == m.to:
		s.report(problem(&m.toAt, "Invalid address", "This is where %s is already.", m.from))
	default:
		src.addMoved(s, m)
	}
	src.diags = append(src.diags, s.diags...)
}

// addMoved keeps a moved block, unless another one says otherwise.
func (src *source) addMoved(s *scope, m *moved) {
	for _, other := range src.moved {
		switch {
		case other.from == m.from:
			s.report(problem(&m.fromAt, "Duplicate block", "%s has moved to %s already at %s.", m.from, other.to, place(other.toAt)))
			return
		case other.to == m.to:
			s.report(problem(&m.toAt, "Duplicate block", "%s was %s already at %s. It can have been one thing only.", m.to, other.from, place(other.fromAt)))
			return
		}
	}
	src.moved = append(src.moved, m)
}

// addMoves makes the moved blocks of a frame count.
func (ev *evaluation) addMoves(f *frame) {
	for _, m := range f.source.moved {
		here := move{moved: m, from: m.from.in(f.path), to: m.to.in(f.path)}
		ev.moves[here.to] = here
	}
}

// objectKind tells blocks apart whose objects cannot become each other.
func (a Address) objectKind() string {
	if kind, _, ok := a.resource(); ok {
		return a.Type + "." + kind
	}
	return a.Type
}

// in returns an address within a module as one of the whole configuration.
func (a Address) in(module string) Address {
	if module != "" && a.Module != "" {
		module += "."
	}
	a.Module = module + a.Module
	return a
}

// defaultName returns the name of a block's objects where its argument name does not
// give another: that of the label, and the key, which the block had at first.
func (ev *evaluation) defaultName(a Address) string {
	a = ev.moves.origin(a, true)
	block := a
	if a.Keyed {
		block = ev.moves.origin(a.block(), false)
	}
	name := block.Name
	if _, label, ok := block.resource(); ok {
		name = label
	}
	if a.Keyed {
		name += "-" + a.Key
	}
	return name
}

// origin follows moved blocks back, through those of single instances too or not.
func (m moves) origin(a Address, instances bool) Address {
	for range m { // there are no more steps than blocks, unless they lead in a circle
		step, ok := m[a]
		if !ok || step.from.Keyed && !instances {
			break
		}
		a = step.from
	}
	return a
}

// checkMoves reports moved blocks of what is still there, and to what is not.
func (ev *evaluation) checkMoves() {
	if len(ev.moves) == 0 || ev.diags.HasErrors() {
		return
	}
	nodes := map[Address]*node{}
	for _, n := range ev.nodes {
		nodes[n.address] = n
	}
	left := map[Address]bool{}
	for _, m := range ev.moves {
		left[m.from] = true
	}
	for _, m := range ev.moves {
		still, there := nodes[m.from], nodes[m.to]
		switch {
		case still != nil && (m.from.Keyed || still != nodes[m.to.block()]):
			ev.report(problem(&m.fromAt, "Invalid address", "%s is still there, at %s. A moved block says what something was before that has another address now.", m.from, place(still.declRange)))
		case there == nil && !left[m.to]:
			ev.report(problem(&m.toAt, "Unknown reference", "There is no %s.%s", m.to, ev.addressLike(m.to)))
		case there != nil && there.isGroup() && m.from.Keyed:
			ev.report(problem(&m.toAt, "Invalid address", "%s has for_each: say which of its instances %s is now, as in %s.", m.to, m.from, m.to.instance("KEY")))
		}
	}
}

// addressLike suggests an address that is there for one that is not.
func (ev *evaluation) addressLike(a Address) string {
	var names []string
	for _, n := range ev.ofType(a.Type) {
		names = append(names, n.address.String())
	}
	if best := nearest(a.String(), names); best != "" {
		return fmt.Sprintf(" Did you mean %s?", best)
	}
	return ""
}
