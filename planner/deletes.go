package planner

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// orderDeletes makes the deletes wait: each for those that use what it deletes,
// and those that wait for no other delete for all that the plan writes.
func (m *maker) orderDeletes() {
	if len(m.deletes) == 0 {
		return
	}
	deleted := make(map[ObjectID]*Change, len(m.deletes))
	for _, c := range m.deletes {
		deleted[c.ID] = c
	}
	waitFor := func(c *Change, user ObjectID) {
		need := Need{ID: user, Gate: Gone}
		if deleted[user] != nil && user != c.ID && !slices.Contains(c.Needs, need) {
			c.Needs = append(c.Needs, need)
		}
	}
	ordered := m.reverseGraph(deleted, waitFor)
	for _, c := range m.deletes {
		m.waitForUsers(c, deleted, ordered, waitFor)
	}
	last := m.lastWrites()
	for _, c := range m.deletes {
		if len(c.Needs) == 0 {
			c.Needs = slices.Clone(last)
		}
	}
	m.deletes = sortedDeletes(m.deletes, deleted)
}

// reverseGraph orders the deletes of objects that the configuration still has,
// as it does when everything is destroyed, and returns which those are.
func (m *maker) reverseGraph(deleted map[ObjectID]*Change, waitFor func(*Change, ObjectID)) map[ObjectID]bool {
	ordered := map[ObjectID]bool{}
	if m.in.Graph == nil {
		return ordered
	}
	for _, o := range m.in.Graph.Order() {
		if deleted[o.ID] == nil {
			continue
		}
		ordered[o.ID] = true
		for _, need := range m.in.Graph.Needs(o.ID) {
			if c := deleted[need.ID]; c != nil {
				waitFor(c, o.ID)
			}
		}
	}
	return ordered
}

// waitForUsers makes a delete wait for what live objects tell: a workload goes
// before what it refers to and after its Services, and a namespace comes last.
func (m *maker) waitForUsers(c *Change, deleted map[ObjectID]*Change, ordered map[ObjectID]bool, waitFor func(*Change, ObjectID)) {
	u := m.live.objects[c.ID]
	switch c.Role {
	case RoleNamespace:
		for _, other := range m.deletes {
			if other.ID.Namespace == c.ID.Name {
				waitFor(c, other.ID)
			}
		}
	case RoleWorkload:
		for id := range referencesOf(u) {
			if data := deleted[id]; data != nil {
				waitFor(data, c.ID)
			}
		}
	case RoleService:
		for _, other := range m.deletes {
			if other.Role != RoleWorkload || other.Address != c.Address || ordered[c.ID] && ordered[other.ID] {
				continue
			}
			if isHeadless(u) {
				waitFor(c, other.ID)
			} else {
				waitFor(other, c.ID)
			}
		}
	}
}

func isHeadless(u *unstructured.Unstructured) bool {
	ip, _, _ := unstructured.NestedString(u.Object, "spec", "clusterIP")
	return ip == "None"
}

// lastWrites returns what all writes have passed when it is passed: the changed
// workloads, and what no other change waits for.
func (m *maker) lastWrites() []Need {
	waitedFor := map[ObjectID]bool{}
	for _, c := range m.changes {
		if c == nil || c.Action == NoOp {
			continue
		}
		for _, need := range c.Needs {
			waitedFor[need.ID] = true
		}
	}
	var last []Need
	for _, c := range m.changes {
		switch {
		case c == nil || c.Action == NoOp:
		case c.Role == RoleWorkload:
			last = append(last, Need{ID: c.ID, Gate: Ready})
		case !waitedFor[c.ID]:
			last = append(last, Need{ID: c.ID, Gate: Applied})
		}
	}
	return last
}

// sortedDeletes puts each delete after those it waits for, otherwise by identity.
func sortedDeletes(deletes []*Change, deleted map[ObjectID]*Change) []*Change {
	slices.SortFunc(deletes, func(a, b *Change) int { return compareIDs(a.ID, b.ID) })
	sorted := make([]*Change, 0, len(deletes))
	visited := map[ObjectID]bool{}
	var visit func(c *Change)
	visit = func(c *Change) {
		if visited[c.ID] {
			return
		}
		visited[c.ID] = true
		slices.SortFunc(c.Needs, func(a, b Need) int { return compareIDs(a.ID, b.ID) })
		for _, need := range c.Needs {
			if before := deleted[need.ID]; before != nil {
				visit(before)
			}
		}
		sorted = append(sorted, c)
	}
	for _, c := range deletes {
		visit(c)
	}
	return sorted
}

func compareIDs(a, b ObjectID) int {
	return cmp.Or(
		cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Group, b.Group),
		cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name),
	)
}
