package planner

import "slices"

// stage is a part of a switch. What belongs to one begins when all of the one before
// is done, of all apps: so they switch together.
type stage int

// The stages.
const (
	stageGrow   stage = iota // what gets traffic has all its pods
	stageBefore              // checks of it
	stageMove                // traffic moves
	stageAfter               // checks of that
	stageSettle              // what follows the traffic: previews, autoscalers
	stageShrink              // what lost traffic gives up pods
	stageCount
)

// gate is what must be true of the objects of a stage before the next one begins.
func (s stage) gate() Gate {
	if s == stageSettle {
		return Applied
	}
	return Ready
}

// switchTarget is what there is after a switch, in the order of the stages. What
// is not touched needs nothing.
type switchTarget struct {
	objects []Object
	needs   map[ObjectID][]Need
}

func (t *switchTarget) Order() []Object          { return t.objects }
func (t *switchTarget) Needs(id ObjectID) []Need { return t.needs[id] }

// target puts together what changes and what does not.
func (s *switching) target() *switchTarget {
	t := &switchTarget{needs: map[ObjectID][]Need{}}
	changes := map[ObjectID]bool{}
	for _, u := range s.removed {
		changes[IDOf(u)] = true
	}
	for _, objects := range s.stages {
		for _, o := range objects {
			changes[o.ID] = true
		}
	}
	for _, o := range s.base {
		if !changes[o.ID] {
			t.objects = append(t.objects, o)
		}
	}
	for at, objects := range s.stages {
		needs := s.needsBefore(stage(at))
		for _, o := range objects {
			t.objects = append(t.objects, o)
			t.needs[o.ID] = slices.Concat(needs, o.After)
		}
	}
	return t
}

// needsBefore returns what is done when a stage begins: the objects of the last one
// before it that has any, which have waited for all others.
func (s *switching) needsBefore(at stage) []Need {
	for before := at - 1; before >= 0; before-- {
		var needs []Need
		for _, o := range s.stages[before] {
			needs = append(needs, Need{ID: o.ID, Gate: before.gate()})
		}
		if needs != nil {
			return needs
		}
	}
	return nil
}

// finish decides about all that the release has and the target has not: a switch
// deletes nothing but what its operation says.
func (s *switching) finish() {
	needs := s.needsBefore(stageCount)
	removed := map[ObjectID]bool{}
	for _, u := range s.removed {
		removed[IDOf(u)] = true
		s.m.remove(u, s.reasons[IDOf(u)])
		s.m.deletes[len(s.m.deletes)-1].Needs = needs
	}
	s.orderRemoved()
	for _, item := range s.m.leftovers() {
		live := s.m.live.object(item.ID)
		switch {
		case removed[item.ID]:
		case live != nil && item.ID.Kind == jobKind.Kind && live.GetLabels()[LabelCheck] != "":
			s.m.remove(live, "a check of a run that was killed")
		default:
			s.m.keep(item.ID, "a switch leaves it")
		}
	}
}
