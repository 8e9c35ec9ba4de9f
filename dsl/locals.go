package dsl

import "github.com/zclconf/go-cty/cty"

// evaluateLocal evaluates one argument of a locals block. What it refers to
// is kept, so that references pass through it.
func (ev *evaluation) evaluateLocal(n *node) cty.Value {
	var refs []Reference
	s := &scope{evaluation: ev, node: n, refs: &refs}
	v, _ := s.value(n.expr)
	n.refs = settle(refs)
	return v
}
