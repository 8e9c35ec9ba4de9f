package planner

import (
	"fmt"
	"slices"
	"strings"
)

// CycleError is a loop of needs. Every edge's end is the next one's start, and
// the last leads back to the first.
type CycleError struct{ Edges []CycleEdge }

// CycleEdge is one need in a loop, with the place in the configuration that makes it one.
type CycleEdge struct {
	From, To ObjectID
	Origin   Origin
}

// Error names the loop, one need a line.
func (e *CycleError) Error() string {
	var text strings.Builder
	text.WriteString("objects need each other in a loop:")
	for _, edge := range e.Edges {
		fmt.Fprintf(&text, "\n  %s needs %s", edge.From, edge.To)
		if at := edge.Origin.String(); at != "" {
			fmt.Fprintf(&text, " (%s)", at)
		}
	}
	return text.String()
}

// cycle describes a loop from its first object in rendering order on, so that
// the same configuration always gives the same error.
func (g *Graph) cycle(loop []int) *CycleError {
	first := slices.Index(loop, slices.Min(loop))
	loop = append(slices.Clone(loop[first:]), loop[:first]...)
	err := &CycleError{}
	for k, from := range loop {
		to := loop[(k+1)%len(loop)]
		e := g.needs[from][slices.IndexFunc(g.needs[from], func(e edge) bool { return e.to == to })]
		err.Edges = append(err.Edges, CycleEdge{From: g.objects[from].ID, To: g.objects[to].ID, Origin: e.origin})
	}
	return err
}
