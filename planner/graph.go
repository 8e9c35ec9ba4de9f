package planner

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// Graph is the order of a release's objects: what each needs, and which gate
// that must have passed. It is acyclic.
type Graph struct {
	objects []Object
	index   map[ObjectID]int
	needs   [][]edge // by object, sorted by the position of what is needed
	order   []Object
}

// edge leads from an object to one that it needs.
type edge struct {
	to     int
	gate   Gate
	origin Origin
}

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
		fmt.Fprintf(&text, "\n  %s needs %s (%s)", edge.From, edge.To, edge.Origin)
	}
	return text.String()
}

// NewGraph finds what each object needs: from its structure, and from the
// references of the block it comes from. The objects may be those of an earlier
// revision, of which only the structure is known. A loop is a *CycleError.
func NewGraph(objects []Object) (*Graph, error) {
	g := &Graph{objects: objects, index: make(map[ObjectID]int, len(objects)), needs: make([][]edge, len(objects))}
	for i, o := range objects {
		g.index[o.ID] = i
	}
	blocks := blocksOf(objects)
	for i := range objects {
		g.structure(i, blocks)
		g.references(i, blocks)
		g.namespace(i)
		slices.SortFunc(g.needs[i], func(a, b edge) int { return cmp.Compare(a.to, b.to) })
	}
	return g, g.sort()
}

// Order returns all objects, each after those it needs; among those that could
// come next, the one that was rendered first does.
func (g *Graph) Order() []Object { return g.order }

// Needs returns what must have passed which gate before the object is applied.
func (g *Graph) Needs(id ObjectID) []Need {
	i, ok := g.index[id]
	if !ok {
		return nil
	}
	needs := make([]Need, 0, len(g.needs[i]))
	for _, e := range g.needs[i] {
		needs = append(needs, Need{ID: g.objects[e.to].ID, Gate: e.gate})
	}
	return needs
}

// need adds an edge, once; the stricter gate wins.
func (g *Graph) need(from, to int, gate Gate, origin Origin) {
	for k, e := range g.needs[from] {
		if e.to == to {
			if gate == Ready {
				g.needs[from][k].gate = Ready
			}
			return
		}
	}
	g.needs[from] = append(g.needs[from], edge{to, gate, origin})
}

// block is what others refer to when they refer to an app, config or secret.
type block struct{ workload, service, data int }

const absent = -1

// blocksOf finds the objects that stand for each block. An app goes by its
// label, which recorded objects have too, others by their address.
func blocksOf(objects []Object) map[string]block {
	blocks := map[string]block{}
	for i, o := range objects {
		address := o.Address
		if app := appOf(o); app != "" {
			address = dsl.Address{Type: "app", Name: app}.String()
		}
		b, ok := blocks[address]
		if !ok {
			b = block{absent, absent, absent}
		}
		switch o.Role {
		case RoleWorkload:
			b.workload = i
		case RoleService:
			b.service = i
		case RoleData:
			b.data = i
		case RoleNamespace, RoleClaim:
			continue
		}
		blocks[address] = b
	}
	return blocks
}

func appOf(o Object) string { return o.Manifest.GetLabels()[LabelApp] }

// structure adds what follows from an object's own fields: a workload needs what
// its pods use and its governing Service, a Service a workload that is ready.
func (g *Graph) structure(i int, blocks map[string]block) {
	o := g.objects[i]
	switch o.Role {
	case RoleWorkload:
		for id := range referencesOf(o.Manifest) {
			if to, ok := g.index[id]; ok {
				g.need(i, to, Applied, o.Origin)
			}
		}
		if b := blocks["app."+appOf(o)]; b.service != absent && headless(g.objects[b.service].Manifest) {
			g.need(i, b.service, Applied, o.Origin)
		}
	case RoleService:
		if b, ok := blocks["app."+appOf(o)]; ok && b.workload != absent && !headless(o.Manifest) {
			g.need(i, b.workload, Ready, o.Origin)
		}
	case RoleNamespace, RoleData, RoleClaim:
	}
}

// references adds what the block of an object refers to. An app that is referred
// to must answer: its workload is ready and its Service is there. A Service that
// is not headless has waited for its workload, so it alone says both.
func (g *Graph) references(i int, blocks map[string]block) {
	for _, ref := range g.objects[i].References {
		b, ok := blocks[ref.To.String()]
		if !ok {
			continue
		}
		origin := OriginOf(ref.Range)
		switch {
		case ref.To.Type != "app" && b.data != absent:
			g.need(i, b.data, Applied, origin)
		case b.service != absent && !headless(g.objects[b.service].Manifest):
			g.need(i, b.service, Applied, origin)
		case b.workload != absent:
			g.need(i, b.workload, Ready, origin)
		}
	}
}

// namespace makes an object need its namespace, unless something that it needs
// already does: everything else in a drawing would be one star.
func (g *Graph) namespace(i int) {
	o := g.objects[i]
	inside := func(e edge) bool { return g.objects[e.to].ID.Namespace == o.ID.Namespace }
	to, ok := g.index[ObjectID{Kind: "Namespace", Name: o.ID.Namespace}]
	if ok && o.ID.Namespace != "" && !slices.ContainsFunc(g.needs[i], inside) {
		g.need(i, to, Applied, o.Origin)
	}
}

func headless(service *unstructured.Unstructured) bool {
	ip, _, _ := unstructured.NestedString(service.Object, "spec", "clusterIP")
	return ip == "None"
}

// sort finds the order by taking away, again and again, the first object that
// needs none of the rest.
func (g *Graph) sort() error {
	waiting := make([]int, len(g.objects)) // number of needs not yet in the order
	users := make([][]int, len(g.objects))
	var free intHeap
	for i, needs := range g.needs {
		waiting[i] = len(needs)
		for _, e := range needs {
			users[e.to] = append(users[e.to], i)
		}
		if len(needs) == 0 {
			heap.Push(&free, i)
		}
	}
	g.order = make([]Object, 0, len(g.objects))
	for free.Len() > 0 {
		i := heap.Pop(&free).(int)
		g.order = append(g.order, g.objects[i])
		for _, user := range users[i] {
			if waiting[user]--; waiting[user] == 0 {
				heap.Push(&free, user)
			}
		}
	}
	if len(g.order) < len(g.objects) {
		return g.cycle(waiting)
	}
	return nil
}

// cycle follows needs among the objects that could not be ordered until one
// comes back. It starts at the first of them, and the loop it returns at the
// loop's first, so that the same configuration always gives the same error.
func (g *Graph) cycle(waiting []int) *CycleError {
	next := func(i int) edge {
		k := slices.IndexFunc(g.needs[i], func(e edge) bool { return waiting[e.to] > 0 })
		return g.needs[i][k]
	}
	at := slices.IndexFunc(waiting, func(n int) bool { return n > 0 })
	for range g.objects { // surely inside a loop after as many steps as there are objects
		at = next(at).to
	}
	loop := []int{at}
	for i := next(at).to; i != at; i = next(i).to {
		loop = append(loop, i)
	}
	first := slices.Index(loop, slices.Min(loop))
	err := &CycleError{}
	for k := range loop {
		from := loop[(first+k)%len(loop)]
		e := next(from)
		err.Edges = append(err.Edges, CycleEdge{From: g.objects[from].ID, To: g.objects[e.to].ID, Origin: e.origin})
	}
	return err
}

// intHeap is a heap.Interface that pops the smallest first.
type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *intHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
