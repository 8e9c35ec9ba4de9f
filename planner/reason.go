package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// explain gives every change its reason, now that all of them are known.
func (m *maker) explain() {
	versions := m.newVersions()
	for _, c := range m.changes {
		if c.Reason != "" {
			continue
		}
		switch c.Action {
		case Create:
			c.Reason = "not there yet"
			if c.Data != nil {
				c.Reason = "new version of " + c.Data.From
			}
		case Update:
			c.Reason = updateReason(c, versions[c.ID])
		case NoOp:
			if c.Data != nil {
				c.Reason = "used again instead of " + c.Data.From
			}
		}
	}
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

func updateReason(c *Change, versions []string) string {
	var reasons []string
	for _, name := range versions {
		reasons = append(reasons, "new version of "+name)
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
	if len(reasons) == 0 {
		return "changed fields"
	}
	return strings.Join(reasons, "; ")
}
