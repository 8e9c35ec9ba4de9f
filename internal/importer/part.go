package importer

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/internal/manifest"
	"stowage/planner"
)

// object is one document on its way to a block.
type object struct {
	*manifest.Document
	id   planner.ObjectID // with the namespace that it goes to
	part *part            // the block that it belongs to; nil until it is recognised
	why  string           // why it is not in the block that it was recognised for
	bare map[string]any   // see written
	// labels are those of its pods: see podLabels.
	labels map[string]string
}

// get returns a field of the object, nil if there is none.
func (o *object) get(fields ...string) any {
	v, _, _ := unstructured.NestedFieldNoCopy(o.Object.Object, fields...)
	return v
}

// part is a block at the top level of the configuration, and the objects it stands for.
type part struct {
	kind  string // "app", "config", "secret", "ingress", "resource"
	label string // the last label, which references use
	// stands are the objects that the block becomes, the main one first.
	stands []*object
	// file is the file that the block goes to, by subject: "web.hcl".
	file string
	// write makes the block anew each time: names and references may have changed.
	write func(p *part) *block
	// fallBack takes an object out of the block that the block cannot say, so that it
	// becomes a resource; false if the block as a whole has to.
	fallBack func(p *part, o *object) bool
	// overrides are the fields that the arguments of the block cannot say, by object.
	overrides map[*object]map[string]any
	// inFull are the objects whose overrides say what comes by default too.
	inFull map[*object]bool
	// withheld are the items of the block that the language refuses: see withhold.
	withheld map[string]bool
}

// block writes the block without what is withheld.
func (p *part) block() *block {
	b := p.write(p)
	b.without(p.withheld)
	return b
}

// address is what references to the block begin with, and what planner.Object.Address is.
func (p *part) address() string {
	if p.kind == "resource" {
		return "resource." + p.stands[0].id.Kind + "." + p.label
	}
	return p.kind + "." + p.label
}

// main is the object that the block is about.
func (p *part) main() *object { return p.stands[0] }

// drop takes an object out of the block.
func (p *part) drop(o *object) {
	p.stands = slices.DeleteFunc(p.stands, func(other *object) bool { return other == o })
	delete(p.overrides, o)
	o.part = nil
}
