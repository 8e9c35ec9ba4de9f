package planner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"stowage/dsl"
)

// Target narrows a plan to some blocks and to what they need: nothing else is changed
// or deleted, and all else is recorded as the newest revision has it.
type Target struct {
	// Addresses are those of blocks. One without a key means all instances, that of a
	// module all that is in it.
	Addresses []string
	From      *Recording // the newest revision; nil: the release was never applied
}

// targeting is the work on a plan that is narrowed.
type targeting struct {
	from   *Recording
	blocks map[string]bool // addresses of the targets and of what they need
}

// beginTarget takes the targets, and what they need, for all there should be, until it
// is known what is live.
func (m *maker) beginTarget(want *Target) error {
	t := &targeting{from: &Recording{}, blocks: map[string]bool{}}
	if want.From != nil {
		from, err := want.From.whole()
		if err != nil {
			return fmt.Errorf("revision %d: %w", want.From.Revision, err)
		}
		t.from = from
	}
	for _, address := range want.Addresses {
		if err := t.choose(address, m.in.Objects); err != nil {
			return err
		}
	}
	t.addNeeds(m.in.Objects, m.in.Graph)
	objects := slices.DeleteFunc(slices.Clone(m.in.Objects), func(o Object) bool { return !t.blocks[o.Address] })
	graph, err := NewGraph(objects)
	if err != nil {
		return err
	}
	m.targeting = t
	m.setTarget(objects, graph)
	return nil
}

// choose adds the blocks that an address means. They may have left the configuration.
func (t *targeting) choose(address string, objects []Object) error {
	known := map[string]bool{}
	for _, o := range slices.Concat(objects, t.from.objects) {
		known[o.Address] = true
		if means(address, o.Address) {
			t.blocks[o.Address] = true
			known[address] = true
		}
	}
	if known[address] {
		return nil
	}
	var names []string
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(names) == 0 {
		return errors.New("the configuration makes no objects, so there is nothing to target")
	}
	return fmt.Errorf("there is nothing to target at %q.%s", address, dsl.Suggestion(address, names))
}

// means reports whether an address that somebody gives means that of a block.
func means(given, address string) bool {
	rest, ok := strings.CutPrefix(address, given)
	return ok && (rest == "" || rest[0] == '[' || rest[0] == '.' && strings.HasPrefix(given, "module."))
}

// addNeeds adds the blocks that the chosen ones need, and the routes that divide the
// traffic of their apps.
func (t *targeting) addNeeds(objects []Object, graph Ordering) {
	address := make(map[ObjectID]string, len(objects))
	for _, o := range objects {
		address[o.ID] = o.Address
	}
	for more := true; more; {
		more = false
		for _, o := range objects {
			if !t.blocks[o.Address] {
				continue
			}
			for _, needed := range slices.Concat(neededBy(graph, o.ID), t.routesOf(o, objects)) {
				if block := address[needed]; !t.blocks[block] {
					t.blocks[block], more = true, true
				}
			}
		}
	}
}

func neededBy(graph Ordering, id ObjectID) []ObjectID {
	var ids []ObjectID
	for _, need := range graph.Needs(id) {
		ids = append(ids, need.ID)
	}
	return ids
}

// routesOf returns the routes that give the canary of an app its share.
func (t *targeting) routesOf(workload Object, objects []Object) []ObjectID {
	if workload.Rollout == nil || workload.Rollout.Traffic == "" {
		return nil
	}
	var services []string
	for _, o := range objects {
		if o.Role == RoleService && o.Address == workload.Address {
			services = append(services, o.ID.Name)
		}
	}
	var routes []ObjectID
	for _, o := range objects {
		if o.Role == RoleRoute && slices.ContainsFunc(backendsOf(o.Manifest), func(name string) bool { return slices.Contains(services, name) }) {
			routes = append(routes, o.ID)
		}
	}
	return routes
}

// addRest adds to the targets all that stays as it is.
func (m *maker) addRest() error {
	if m.targeting == nil {
		return nil
	}
	targets, graph := slices.Clone(m.in.Objects), m.in.Graph
	targeted := make(map[ObjectID]bool, len(targets))
	for _, o := range targets {
		targeted[o.ID] = true
	}
	rest := slices.DeleteFunc(m.untouchedBase(m.targeting.from.objects), func(o Object) bool { return targeted[o.ID] })
	whole, err := recordingOf(m.in.Prior.Revision, slices.Concat(targets, m.targeting.unchosen(rest)), func(id ObjectID) []Need {
		if targeted[id] {
			return graph.Needs(id)
		}
		return m.targeting.from.Needs(id)
	})
	if err != nil {
		return err
	}
	m.setTarget(whole.objects, whole)
	return nil
}

// unchosen returns the objects of the blocks that are no targets, and the data of others
// that they use.
func (t *targeting) unchosen(objects []Object) []Object {
	used := map[ObjectID]bool{}
	for _, o := range objects {
		if !t.blocks[o.Address] {
			for id := range referencesOf(o.Manifest) {
				used[id] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(objects), func(o Object) bool {
		return t.blocks[o.Address] && (o.Role != RoleData || !used[o.ID])
	})
}

// withinTarget returns those of the items which the release does not have any more that
// the plan may decide about. All others are kept.
func (m *maker) withinTarget(items []Item) []Item {
	if m.targeting == nil {
		return items
	}
	recorded := m.targeting.from.byID()
	return slices.DeleteFunc(items, func(item Item) bool {
		if m.targeting.blocks[recorded[item.ID].Address] {
			return false
		}
		m.keep(item.ID, "it is not among the targets")
		return true
	})
}
