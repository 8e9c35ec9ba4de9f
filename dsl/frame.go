package dsl

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// frame is a module in the course of evaluation: the configuration itself, or one
// instance of a module block. Blocks refer by name to those of the same frame.
type frame struct {
	source *source
	path   string           // address of the module; empty: the configuration itself
	call   *node            // the module block; nil: none
	base   *hcl.EvalContext // functions, and nothing else
	order  []*node          // as written
	labels map[label]*node
}

// label tells blocks of one frame apart.
type label struct{ blockType, name string }

// newFrame makes the nodes of a module's blocks.
func (ev *evaluation) newFrame(src *source, call *node) *frame {
	f := &frame{source: src, call: call, labels: make(map[label]*node, len(src.blocks)), base: ev.bases[src]}
	if call != nil {
		f.path = call.address.String()
	}
	if f.base == nil {
		f.base = &hcl.EvalContext{Functions: ev.functions(src)}
		ev.bases[src] = f.base
	}
	for _, b := range src.blocks {
		at := label{b.address.Type, b.address.Name}
		if _, twice := f.labels[at]; twice || b.address.Type == "release" && call != nil {
			continue // reported by readBlocks
		}
		address := b.address
		address.Module = f.path
		n := ev.newNode(f, b, address)
		f.labels[at] = n
		f.order = append(f.order, n)
	}
	ev.addMoves(f)
	return f
}

func (ev *evaluation) newNode(f *frame, b *block, address Address) *node {
	n := &node{block: b, frame: f, address: address, evaluate: ev.evaluator(b.address.Type)}
	if n.isGroup() {
		n.evaluate = ev.expand
	}
	ev.nodes = append(ev.nodes, n)
	return n
}

// lookup returns a block by its type and name, or nil.
func (f *frame) lookup(blockType, name string) *node { return f.labels[label{blockType, name}] }

// names returns the names of all blocks of one type, sorted, for suggestions.
func (f *frame) names(blockType string) []string {
	var names []string
	for l := range f.labels {
		if l.blockType == blockType {
			names = append(names, l.name)
		}
	}
	slices.Sort(names)
	return names
}

// visitAll evaluates all blocks of a frame and of the modules in it, and returns
// those that stand for something: instances in the place of blocks with for_each.
func (ev *evaluation) visitAll(f *frame) []*node {
	leaves := make([]*node, 0, len(f.order))
	for _, n := range f.order {
		instances, _ := ev.instancesOf(n)
		for _, i := range instances {
			ev.visit(i)
			leaves = append(leaves, i)
			if i.child != nil {
				leaves = append(leaves, ev.visitAll(i.child)...)
			}
		}
	}
	return leaves
}

// pathValue is what references to path see: the directories of the module and of the
// configuration, as the file functions of the module take them.
func (f *frame) pathValue() cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"module": cty.StringVal("."),
		"root":   cty.StringVal(f.source.toRoot()),
	})
}
