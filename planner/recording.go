package planner

import (
	"cmp"
	"slices"
)

// Recording is what an applied revision consisted of, for going back to it: the
// objects as they were rendered, in their order, with the values of Secrets left
// out.
type Recording struct {
	Revision int
	objects  []Object
	needs    map[ObjectID][]Need
}

// NewRecording returns the recording of a revision.
func NewRecording(revision int, objects []Object, needs map[ObjectID][]Need) *Recording {
	return &Recording{Revision: revision, objects: objects, needs: needs}
}

// Order returns all objects, each after those it needs.
func (r *Recording) Order() []Object { return r.objects }

// Needs returns what must pass which gate before the object is applied.
func (r *Recording) Needs(id ObjectID) []Need { return r.needs[id] }

// with returns the recording with other manifests for its objects.
func (r *Recording) with(objects []Object) *Recording {
	return NewRecording(r.Revision, objects, r.needs)
}

// byID returns the objects by identity.
func (r *Recording) byID() map[ObjectID]Object {
	objects := make(map[ObjectID]Object, len(r.objects))
	for _, o := range r.objects {
		objects[o.ID] = o
	}
	return objects
}

// whole returns the recording with its graph. A record of an earlier format says
// what an object needed, but neither how far that had to be nor what part each
// of them plays; that follows from the manifests.
func (r *Recording) whole() (*Recording, error) {
	gated := true
	for _, needs := range r.needs {
		gated = gated && !slices.ContainsFunc(needs, func(n Need) bool { return n.Gate == "" })
	}
	if gated {
		return r, nil
	}
	objects := slices.Clone(r.objects)
	for i := range objects {
		objects[i].Role = cmp.Or(objects[i].Role, roleOf(objects[i].Manifest))
	}
	return recordingOf(r.Revision, objects, r.Needs)
}

// recordingOf puts recorded objects in order: by what follows from their
// manifests, and by what they needed when they were applied. The latter was said
// in configurations that need not agree with each other, so that a need which
// would close a loop is left out; the first objects' needs come first.
func recordingOf(revision int, objects []Object, needs func(ObjectID) []Need) (*Recording, error) {
	bare := slices.Clone(objects)
	for i := range bare {
		bare[i].References = nil
	}
	g, err := NewGraph(bare)
	if err != nil {
		return nil, err
	}
	for i, o := range bare {
		for _, need := range needs(o.ID) {
			if to, ok := g.index[need.ID]; ok && !g.reaches(to, i) {
				g.need(i, edge{to, cmp.Or(need.Gate, usualGate(bare[to])), o.Origin})
			}
		}
		slices.SortFunc(g.needs[i], func(a, b edge) int { return cmp.Compare(a.to, b.to) })
	}
	if err := g.sort(); err != nil {
		return nil, err
	}
	whole := NewRecording(revision, g.Order(), make(map[ObjectID][]Need, len(bare)))
	for _, o := range bare {
		whole.needs[o.ID] = g.Needs(o.ID)
	}
	return whole, nil
}

// usualGate is what those who need an object wait for.
func usualGate(o Object) Gate {
	if o.Role == RoleWorkload {
		return Ready
	}
	return Applied
}

// reaches reports whether one object needs another, by way of others or at once.
func (g *Graph) reaches(from, to int) bool {
	seen := make([]bool, len(g.objects))
	var visit func(i int) bool
	visit = func(i int) bool {
		if i == to {
			return true
		}
		if seen[i] {
			return false
		}
		seen[i] = true
		return slices.ContainsFunc(g.needs[i], func(e edge) bool { return visit(e.to) })
	}
	return visit(from)
}
