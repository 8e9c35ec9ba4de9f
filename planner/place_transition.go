package planner

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// source describes what the live Service leads to.
func (s *sides) source() Side {
	color := colorOf(s.service)
	switch {
	case color != "" && s.colors[color] != nil:
		return sideOf(string(color), s.colors[color])
	case color != "":
		return Side{Name: string(color)}
	case s.plain != nil:
		return sideOf(sideStable, s.plain)
	}
	return Side{Name: sideStable}
}

// moveTo returns the move of the app's traffic from one side to another, which is
// there by then.
func (s *sides) moveTo(from, to Side) *Move {
	return &Move{App: s.app, From: from, To: to, Pods: to.Pods}
}

// selectorBefore returns what the live Service selects, if it is to select other labels than
// those, the color aside: nil for none.
func (s *sides) selectorBefore(after *unstructured.Unstructured) map[string]string {
	was, is := selectedLabels(s.service), selectedLabels(after)
	delete(is, LabelColor)
	bare := maps.Clone(was)
	delete(bare, LabelColor)
	if maps.Equal(bare, is) {
		return nil
	}
	return was
}

// selectedLabels returns the labels by which a Service finds pods.
func selectedLabels(service *unstructured.Unstructured) map[string]string {
	labels, _, _ := unstructured.NestedStringMap(service.Object, "spec", "selector")
	return labels
}

// afterMove has an autoscaler go with the traffic, and not before.
func (s *sides) afterMove() []Need {
	if s.service == nil {
		return nil
	}
	return []Need{{ID: IDOf(s.service), Gate: Ready}}
}

// coloredApps names the apps that have colors in the cluster, sorted.
func (m *maker) coloredApps() []string {
	var apps []string
	for id, u := range m.live.objects {
		if isDeployment(id) && labelOf(u, LabelColor) != "" {
			apps = append(apps, labelOf(u, LabelApp))
		}
	}
	slices.Sort(apps)
	return slices.Compact(apps)
}

// leaveColors orders what happens to an app with colors in the cluster that is to
// have none, and reports whether there is anything to order. Its Service selects all
// pods of the app then, so that those of the idle color have to be gone before. The
// active one goes when traffic has moved.
func (m *maker) leaveColors(s *sides, placed []Object) bool {
	plain := slices.IndexFunc(placed, func(o Object) bool { return o.Role == RoleWorkload && appOf(o) == s.app })
	if plain < 0 || slices.ContainsFunc(placed, func(o Object) bool { return appOf(o) == s.app && labelOf(o.Manifest, LabelColor) != "" }) {
		return false
	}
	for i, o := range placed {
		if appOf(o) == s.app && isAutoscaler(o.ID) {
			placed[i].After = s.afterMove()
			placed[plain] = m.asLargeAs(s, placed[plain])
		}
	}
	m.succeed(placed[plain].ID, s.colors[Blue], s.colors[Green])
	if s.service == nil || colorOf(s.service) == "" {
		return true
	}
	if service := slices.IndexFunc(placed, func(o Object) bool { return o.ID == IDOf(s.service) }); service >= 0 {
		placed[service].Move = s.moveTo(s.source(), sideAfter(sideStable, placed[plain], s.plain))
		placed[service].Move.Selector = s.selectorBefore(placed[service].Manifest)
		m.leaving = append(m.leaving, s)
	}
	return true
}

// asLargeAs has an autoscaled workload that is to have the traffic begin with as many
// pods as those that have it.
func (m *maker) asLargeAs(s *sides, o Object) Object {
	active := s.colors[s.active()]
	if s.plain == nil && active != nil {
		o.Manifest = withReplicas(o.Manifest, replicasOf(active))
	}
	return o
}

// idleColorsFirst has the idle colors of apps that leave their colors be gone before the
// Service selects all pods of the app, but not before there are others that can take
// the traffic.
func (m *maker) idleColorsFirst() {
	for _, s := range m.leaving {
		service := slices.IndexFunc(m.changes, func(c *Change) bool { return c.ID == IDOf(s.service) && c.Action != NoOp })
		if service < 0 {
			continue
		}
		first := m.changes[service]
		ready := slices.Clone(first.Needs)
		for _, u := range []*unstructured.Unstructured{s.preview, s.colors[s.active().Other()]} {
			if u == nil {
				continue
			}
			i := slices.IndexFunc(m.deletes, func(c *Change) bool { return c.ID == IDOf(u) })
			if i < 0 {
				continue // it is kept, and it is said why
			}
			c := m.deletes[i]
			c.Needs = slices.Concat(ready, c.Needs)
			ready = append(ready, Need{c.ID, Gone})
			first.Needs = append(slices.Clone(first.Needs), Need{c.ID, Gone})
			m.deletes = slices.Delete(m.deletes, i, i+1)
			m.changes = slices.Insert(m.changes, service, c)
			service++
		}
	}
}

// succeed notes which object takes the place of others.
func (m *maker) succeed(successor ObjectID, others ...*unstructured.Unstructured) {
	for _, u := range others {
		if u != nil {
			m.successors[IDOf(u)] = successor
		}
	}
}

// leftReason says why a live object is deleted.
func (m *maker) leftReason(id ObjectID) string {
	if successor, ok := m.successors[id]; ok {
		return successor.String() + " takes its place"
	}
	return m.way.leftReason()
}
