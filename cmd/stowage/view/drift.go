package view

import (
	"fmt"
	"strings"

	"stowage/planner"
)

// driftSince adds what somebody changed since a revision was applied: the objects, each
// field with who changed it, and the count.
func (p *page) driftSince(plan *planner.Plan) {
	newest, since := plan.Release.FromRevision, plan.Release.DriftSince
	if newest != since {
		p.para(txt(""), 0, plain, fmt.Sprintf(
			"Revision %d was not deployed, so the cluster is compared with revision %d, the newest that was. What revision %d changed itself is no drift.",
			newest, since, newest))
		p.blank()
	}
	var drifted []planner.Change
	for _, change := range plan.Changes {
		if change.Action != planner.NoOp {
			drifted = append(drifted, change)
		}
	}
	p.each(drifted, p.drifted)
	p.notCompared(plan)
	p.warnings(plan.Warnings)
	p.para(txt(""), 0, bold, driftClosing(plan, len(drifted)))
}

// drifted adds one object that was changed.
func (p *page) drifted(change *planner.Change, origins int) {
	head := *change
	if change.Action == planner.Create {
		head.Action = planner.Delete // which is what somebody did
	}
	p.changeHead(&head, origins)
	if len(change.Drift) == 0 {
		p.para(txt("      "), 6, plain, change.Reason)
	}
	for _, field := range change.Drift {
		p.para(txt("      "), 8, plain, fieldSince(field))
	}
}

// fieldSince tells of a field what it was, what it is, who changed it and when.
func fieldSince(field planner.FieldOwner) string {
	values := fieldValue(field.Config) + " -> " + fieldValue(field.Live)
	switch {
	case field.Masked:
		values = sensitiveValue
	case field.Live == nil:
		values = fieldValue(field.Config) + " -> nothing"
	}
	text := fmt.Sprintf("%s  %s  by %s", field.Path, values, field.Manager)
	if !field.Time.IsZero() {
		text += " at " + moment(field.Time)
	}
	return text
}

// notCompared adds the objects of which it is not known whether they drifted.
func (p *page) notCompared(plan *planner.Plan) {
	all := uncheckedOf(plan)
	if len(all) == 0 {
		return
	}
	p.line(span{"Not known:", bold})
	for _, u := range all {
		p.para(txt("  "), 4, plain, strings.Join(u.objects, ", ")+" "+u.reason)
	}
	p.blank()
}

func driftClosing(plan *planner.Plan, drifted int) string {
	unknown := plan.Unchecked()
	rest := len(plan.Changes) - drifted - unknown
	text := fmt.Sprintf("Drift since revision %d: %s changed or gone; %d unchanged", plan.Release.DriftSince, plural(drifted, "object"), rest)
	if drifted == 0 {
		text = fmt.Sprintf("No drift since revision %d: %s unchanged", plan.Release.DriftSince, plural(rest, "object"))
	}
	if unknown > 0 {
		text += fmt.Sprintf("; %d not known", unknown)
	}
	return text + "."
}
