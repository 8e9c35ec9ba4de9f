package view

import (
	"fmt"
	"slices"
	"strings"

	"stowage/planner"
)

// closing adds the last line, the one that people and scripts look for.
func (p *page) closing(plan *planner.Plan) { p.para(txt(""), 0, bold, closingText(plan)) }

func closingText(plan *planner.Plan) string {
	switch {
	case plan.Release.DriftSince > 0:
		return driftClosing(plan, len(plan.Changes)-plan.Count(planner.NoOp))
	case !plan.Empty():
		return Counts(plan)
	case plan.Release.Destroy && plan.Release.FromRevision == 0:
		return "Nothing to destroy: " + plan.Release.Name + " was never applied, or it was destroyed."
	case plan.Release.Destroy:
		return "Nothing to delete but the record of " + plan.Release.Name + "."
	case plan.Release.Switch != "":
		return nothingTo(plan.Release.Switch)
	}
	if slices.ContainsFunc(plan.Changes, func(c planner.Change) bool { return !healthy(c.Health) }) {
		return "No changes, but not all of " + plan.Release.Name + " is ready."
	}
	what, matches := plan.Release.Name, "matches the configuration"
	if len(plan.Release.Targets) > 0 {
		what = "What is targeted"
	}
	if plan.Release.RollbackTo > 0 {
		matches = fmt.Sprintf("is as revision %d has it", plan.Release.RollbackTo)
	}
	return "No changes. " + what + " " + matches + "."
}

// actionWords are the actions that write, and what they are called in counts.
var actionWords = []struct {
	action planner.Action
	verb   string
}{
	{planner.Adopt, "adopt"}, {planner.Create, "create"}, {planner.Update, "change"}, {planner.Replace, "replace"}, {planner.Delete, "delete"}, {planner.Run, "run"},
}

// Counts returns how much a plan changes, in one line. A switch does so little that
// what it does not do needs no mention.
func Counts(plan *planner.Plan) string {
	var counts []string
	for _, c := range actionWords {
		n := plan.Count(c.action)
		if n > 0 || plan.Release.Switch == "" && c.action != planner.Run && c.action != planner.Adopt {
			counts = append(counts, fmt.Sprintf("%d to %s", n, c.verb))
		}
	}
	return fmt.Sprintf("Plan: %s; %d unchanged.", strings.Join(counts, ", "), plan.Count(planner.NoOp))
}
