package planner

import (
	"fmt"
	"slices"
)

// moves notes what the changes do to traffic, and to work.
func (m *maker) moves() {
	for _, c := range m.changes {
		move := m.desired[c.ID].Move
		if c.Action == NoOp || move == nil {
			continue
		}
		what := "traffic"
		if c.Role == RoleWorkload {
			what = "work"
		}
		c.Move = move
		c.affects(harms(RiskTraffic, fmt.Sprintf("%s moves from %s to %s", what, move.From, move.To)))
	}
}

// names returns the apps that anything is done to, or else those that are meant. After
// a run that was killed it is those: what that has done of the same is not to be done
// again.
func (s *switching) names() []string {
	apps := s.apps
	if s.m.in.Prior.Interrupted || len(apps) == 0 && !s.want.All {
		apps = s.meant
	}
	return slices.Sorted(slices.Values(apps))
}
