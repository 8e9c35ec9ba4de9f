package planner

import (
	"context"
	"fmt"
	"slices"
)

// sweepVersions decides about versions of configuration that are not desired: a
// version stays while a revision that can be rolled back to has it, and while
// something that runs, or can be started again, uses it.
//
// What is decided follows from what will be there when the plan is carried out,
// so that the next plan decides the same and is empty.
func (m *maker) sweepVersions(ctx context.Context, old []Item) error {
	if m.writes() {
		return m.sweepOutside(ctx, old, m.in.Prior.Revision+1)
	}
	// A plan that writes nothing makes no revision, so that nothing leaves the
	// window; but if something has to go, the delete itself makes one.
	retained, expired := m.window(old, m.in.Prior.Revision)
	if len(expired) == 0 || m.in.Prior.Switched {
		m.keepRetained(retained, m.in.Prior.Revision)
		m.keepExpired(expired)
		return nil
	}
	kept := len(m.kept)
	if err := m.sweepOutside(ctx, old, m.in.Prior.Revision); err != nil || !m.writes() {
		return err
	}
	m.kept, m.deletes = m.kept[:kept], nil
	return m.sweepOutside(ctx, old, m.in.Prior.Revision+1)
}

// window splits the items by whether a revision retained beside revision to has them.
func (m *maker) window(old []Item, to int) (retained, expired []Item) {
	oldest := m.oldestRetained(to)
	for _, item := range old {
		if item.LastRevision >= oldest {
			retained = append(retained, item)
		} else {
			expired = append(expired, item)
		}
	}
	return retained, expired
}

// oldestRetained returns the oldest revision that is still recorded beside
// revision to, once that is deployed: of the newest ones as many as the history
// may have, and the newest one before it that was healthy, however many have
// failed since. Only a history of one revision has nothing to go back to.
func (m *maker) oldestRetained(to int) int {
	oldest := to - m.in.HistoryLimit + 1
	if m.in.HistoryLimit == 1 {
		return oldest
	}
	target := 0
	for _, revision := range m.in.Prior.Healthy {
		if revision < to {
			target = max(target, revision)
		}
	}
	if target == 0 {
		return oldest
	}
	return min(oldest, target)
}

// keepExpired keeps what a switch has pushed out of the window. A switch deletes
// nothing, and the plan after it is to be empty.
func (m *maker) keepExpired(items []Item) {
	for _, item := range items {
		m.keep(item.ID, "the next revision that changes the configuration decides about it")
	}
}

func (m *maker) keepRetained(items []Item, to int) {
	for _, item := range items {
		revision := item.LastRevision
		if revision <= to-m.in.HistoryLimit { // failed, and not recorded any more
			revision = m.oldestRetained(to)
		}
		why := "revision %d can be rolled back to"
		if !slices.Contains(m.in.Prior.Healthy, revision) {
			why = "revision %d, which was not healthy, still has it"
		}
		m.keep(item.ID, fmt.Sprintf(why, revision))
	}
}

// sweepOutside keeps what the revisions retained beside revision to need, and
// deletes what nothing else needs.
func (m *maker) sweepOutside(ctx context.Context, old []Item, to int) error {
	retained, expired := m.window(old, to)
	m.keepRetained(retained, to)
	if len(expired) == 0 {
		return nil
	}
	users, err := m.users(ctx, expired)
	if err != nil {
		return err
	}
	for _, item := range expired {
		if user := users[item.ID]; user != "" {
			m.keep(item.ID, user)
		} else if u, ok := m.removable(item); ok {
			m.remove(u, "no retained revision needs it")
		}
	}
	return nil
}
