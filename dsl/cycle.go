package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// reportCycles reports each group of blocks that refer to each other in a
// loop, once, by one loop of the group.
func (ev *evaluation) reportCycles() {
	for _, group := range components(ev.nodes) {
		if loop := loopIn(group); loop != nil {
			ev.report(cycleProblem(loop))
		}
	}
}

// step is one edge of a loop.
type step struct {
	from *node
	edge
}

func cycleProblem(loop []step) *hcl.Diagnostic {
	var text strings.Builder
	for _, s := range loop {
		does := "refers to"
		if s.inside {
			does = "is part of"
		}
		fmt.Fprintf(&text, "\n  %s %s %s (%s)", s.from.address, does, s.to.address, place(s.at))
	}
	return problem(&loop[0].at, "Dependency cycle",
		"These references form a loop, so nothing in it can come first:\n%s", text.String())
}

// loopIn returns a shortest loop through the first block of a strongly
// connected group, or nil when the group is one block without a loop.
func loopIn(group []*node) []step {
	start := group[0]
	came := map[*node]step{}
	queue := []*node{start}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, e := range n.edges {
			if e.to == start {
				return walkBack(came, step{n, e})
			}
			if _, seen := came[e.to]; !seen && slices.Contains(group, e.to) {
				came[e.to] = step{n, e}
				queue = append(queue, e.to)
			}
		}
	}
	return nil
}

// walkBack returns the steps that lead to the last one, and it.
func walkBack(came map[*node]step, last step) []step {
	loop := []step{last}
	for {
		s, ok := came[loop[0].from]
		if !ok {
			return loop
		}
		loop = append([]step{s}, loop...)
	}
}

// components returns the strongly connected groups of blocks (Tarjan's
// algorithm), each in the order of the blocks.
func components(order []*node) [][]*node {
	t := tarjan{index: map[*node]int{}, low: map[*node]int{}, onStack: map[*node]bool{}}
	for _, n := range order {
		if _, seen := t.index[n]; !seen {
			t.connect(n)
		}
	}
	position := map[*node]int{}
	for i, n := range order {
		position[n] = i
	}
	for _, group := range t.groups {
		slices.SortFunc(group, func(a, b *node) int { return position[a] - position[b] })
	}
	return t.groups
}

type tarjan struct {
	index, low map[*node]int
	onStack    map[*node]bool
	stack      []*node
	groups     [][]*node
}

func (t *tarjan) connect(n *node) {
	t.index[n] = len(t.index)
	t.low[n] = t.index[n]
	t.stack = append(t.stack, n)
	t.onStack[n] = true
	for _, e := range n.edges {
		if _, seen := t.index[e.to]; !seen {
			t.connect(e.to)
			t.low[n] = min(t.low[n], t.low[e.to])
		} else if t.onStack[e.to] {
			t.low[n] = min(t.low[n], t.index[e.to])
		}
	}
	if t.low[n] != t.index[n] {
		return
	}
	from := slices.Index(t.stack, n)
	group := slices.Clone(t.stack[from:])
	t.stack = t.stack[:from]
	for _, m := range group {
		t.onStack[m] = false
	}
	t.groups = append(t.groups, group)
}
