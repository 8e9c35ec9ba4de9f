package dsl

import "github.com/hashicorp/hcl/v2"

// moved is a moved block: what was declared as from is declared as to now.
type moved struct {
	from, to  hcl.Traversal
	declRange hcl.Range
}

type moves map[Address]Address

func (src *source) readMoved(b *hcl.Block) {}
func (ev *evaluation) addMoves(f *frame)   {}
func (ev *evaluation) checkMoves()         {}

// defaultName returns the name of a block's objects where its argument name does not
// give another.
func (ev *evaluation) defaultName(a Address) string {
	if a.Keyed {
		return ev.defaultName(a.block()) + "-" + a.Key
	}
	if _, name, ok := a.resource(); ok {
		return name
	}
	return a.Name
}
