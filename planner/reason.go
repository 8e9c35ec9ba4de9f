package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// explain gives every change its reason, now that all of them are known.
func (m *maker) explain() {
	versions := m.newVersions()
	for _, c := range m.changes {
		m.explainJob(c)
		switch {
		case m.switching != nil && c.Action != NoOp:
			c.Reason = m.switching.reasons[c.ID]
		case m.way.back[c.ID]:
			c.Reason = m.way.reason(c, versions[c.ID])
		case c.Reason == "":
			c.Reason = reasonOf(c, versions[c.ID])
		}
		if impact := m.desired[c.ID].Impact; impact != "" && slices.Contains([]Action{Create, Update, Adopt, Run}, c.Action) {
			c.affects(harmless(impact))
		}
	}
}

func reasonOf(c *Change, versions []string) string {
	switch {
	case c.Action == Create && c.Data != nil:
		return "new version of " + c.Data.From
	case c.Action == Create:
		return "not there yet"
	case c.Action == Update:
		return cmp.Or(strings.Join(updateReasons(c, "new version of ", versions), "; "), "changed fields")
	case c.Action == NoOp && c.Data != nil:
		return "used again instead of " + c.Data.From
	}
	return ""
}

// newVersions lists, by workload, the configuration that it gets other versions of.
func (m *maker) newVersions() map[ObjectID][]string {
	versions := map[ObjectID][]string{}
	for _, c := range m.changes {
		if c.Data == nil {
			continue
		}
		for _, consumer := range c.Data.Consumers {
			versions[consumer] = append(versions[consumer], c.Version.BaseName)
		}
	}
	return versions
}

func updateReasons(c *Change, versionOf string, versions []string) []string {
	var reasons []string
	for _, name := range versions {
		reasons = append(reasons, versionOf+name)
	}
	for _, owner := range c.Drift {
		reason := "drift by " + owner.Manager
		if !owner.Time.IsZero() {
			reason = fmt.Sprintf("drift by %s at %s", owner.Manager, owner.Time.UTC().Format(time.RFC3339))
		}
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	return reasons
}
