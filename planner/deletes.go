package planner

import (
	"cmp"
	"slices"
)

// orderDeletes makes the deletes wait: each for those that use what it deletes,
// and those that wait for no other delete for all that the plan writes. Only
// autoscalers, colors that an app leaves, and Jobs that still run go before.
func (m *maker) orderDeletes() error {
	m.autoscalersFirst()
	m.idleColorsFirst()
	m.runningJobsFirst()
	if len(m.deletes) == 0 {
		return nil
	}
	deleted := make(map[ObjectID]*Change, len(m.deletes))
	for _, c := range m.deletes {
		deleted[c.ID] = c
	}
	if err := m.reverseOrder(deleted); err != nil {
		return err
	}
	m.recordedOrder(deleted)
	last := m.lastWrites()
	for _, c := range m.deletes {
		if len(c.Needs) == 0 {
			c.Needs = slices.Clone(last)
		}
	}
	m.canariesLast()
	m.deletes = sortedDeletes(m.deletes, deleted)
	return nil
}

// reverseOrder makes each delete wait for those that needed the object: the
// graph is that of the live objects, turned around.
func (m *maker) reverseOrder(deleted map[ObjectID]*Change) error {
	objects := make([]Object, 0, len(m.deletes))
	for _, c := range m.deletes {
		objects = append(objects, Object{ID: c.ID, Manifest: m.live.object(c.ID), Address: c.Address, Role: c.Role})
	}
	graph, err := NewGraph(objects)
	if err != nil {
		return err
	}
	for _, user := range objects {
		for _, need := range graph.Needs(user.ID) {
			c := deleted[need.ID]
			c.Needs = append(c.Needs, Need{ID: user.ID, Gate: Gone})
		}
	}
	return nil
}

// recordedOrder makes each delete also wait for those that needed the object
// when they were applied: an app that referred to another one goes before it. A
// need that would close a loop, since the configuration has turned around, is
// left out.
func (m *maker) recordedOrder(deleted map[ObjectID]*Change) {
	for _, user := range m.in.Prior.Inventory {
		if deleted[user.ID] == nil {
			continue
		}
		for _, id := range user.Needs {
			c := deleted[id]
			need := Need{ID: user.ID, Gate: Gone}
			if c != nil && !slices.Contains(c.Needs, need) && !waitsFor(deleted, user.ID, id) {
				c.Needs = append(c.Needs, need)
			}
		}
	}
}

// waitsFor reports whether the delete of one object comes after that of another.
func waitsFor(deleted map[ObjectID]*Change, id, other ObjectID) bool {
	seen := map[ObjectID]bool{}
	var visit func(id ObjectID) bool
	visit = func(id ObjectID) bool {
		if id == other {
			return true
		}
		if seen[id] || deleted[id] == nil {
			return false
		}
		seen[id] = true
		return slices.ContainsFunc(deleted[id].Needs, func(need Need) bool { return visit(need.ID) })
	}
	return visit(id)
}

// lastWrites returns what all writes have passed when it is passed: the changed
// workloads, and what no other change waits for.
func (m *maker) lastWrites() []Need {
	waitedFor := map[ObjectID]bool{}
	for _, c := range m.changes {
		if c.Action == NoOp {
			continue
		}
		for _, need := range c.Needs {
			waitedFor[need.ID] = true
		}
	}
	var last []Need
	for _, c := range m.changes {
		switch {
		case c.Action == NoOp || c.Action == Delete:
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
