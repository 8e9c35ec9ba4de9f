package view

import (
	"fmt"
	"slices"

	"stowage/planner"
)

// StatusDrift is what somebody changed since a revision was applied.
type StatusDrift struct {
	Since   int             `json:"since"`   // the revision, which is the newest that was deployed
	Objects []DriftedObject `json:"objects"` // that were changed
	// Unknown are the objects that could not be compared.
	Unknown []UnknownDrift `json:"unknown,omitempty"`
}

// DriftedObject is an object that is not as it was applied.
type DriftedObject struct {
	ID     planner.ObjectID     `json:"id"`
	App    string               `json:"app,omitempty"`
	Reason string               `json:"reason"`           // "is not there any more", "drift by kubectl-edit at ..."
	Fields []planner.FieldOwner `json:"fields,omitempty"` // that were changed
}

// UnknownDrift is an object of which it is not known whether it is as it was applied.
type UnknownDrift struct {
	ID     planner.ObjectID `json:"id"`
	App    string           `json:"app,omitempty"`
	Reason string           `json:"reason"`
}

// DriftOf returns what a plan of planner.Drift says, for the status of the release.
func DriftOf(plan *planner.Plan) *StatusDrift {
	drift := &StatusDrift{Since: plan.Release.DriftSince, Objects: []DriftedObject{}}
	for i := range plan.Changes {
		c := &plan.Changes[i]
		switch {
		case c.Action != planner.NoOp:
			drift.Objects = append(drift.Objects, DriftedObject{c.ID, c.App, c.Reason, c.Drift})
		case c.Unchecked != "":
			drift.Unknown = append(drift.Unknown, UnknownDrift{c.ID, c.App, c.Unchecked})
		}
	}
	return drift
}

// Only returns the part that is about some apps.
func (d *StatusDrift) Only(apps []string) *StatusDrift {
	if d == nil {
		return nil
	}
	return &StatusDrift{
		Since:   d.Since,
		Objects: slices.DeleteFunc(slices.Clone(d.Objects), func(o DriftedObject) bool { return !slices.Contains(apps, o.App) }),
		Unknown: slices.DeleteFunc(slices.Clone(d.Unknown), func(o UnknownDrift) bool { return !slices.Contains(apps, o.App) }),
	}
}

// shownDrift is how many fields of one object a status shows at most: plan --drift-only
// shows all.
const shownDrift = 3

// statusDrift adds what was changed, a line for each field.
func (p *page) statusDrift(drift *StatusDrift) {
	if drift == nil || len(drift.Objects)+len(drift.Unknown) == 0 {
		return
	}
	if len(drift.Objects) > 0 {
		p.line(span{fmt.Sprintf("Drift: %s changed since revision %d was applied.", were(len(drift.Objects)), drift.Since), yellow})
	}
	for _, object := range drift.Objects {
		if len(object.Fields) == 0 {
			p.para(txt("  "), 4, plain, object.ID.String()+" "+object.Reason)
		}
		for i, field := range object.Fields {
			if i == shownDrift {
				p.para(txt("  "), 4, plain, fmt.Sprintf("%s: %s more", object.ID, plural(len(object.Fields)-i, "field")))
				break
			}
			p.para(txt("  "), 4, plain, object.ID.String()+": "+fieldSince(field))
		}
	}
	for _, object := range drift.Unknown {
		p.para(txt("  "), 4, plain, object.ID.String()+" "+object.Reason+": whether it was changed is not known")
	}
	p.blank()
}

func were(objects int) string {
	if objects == 1 {
		return "1 object was"
	}
	return fmt.Sprintf("%d objects were", objects)
}

func statusSummary(status Status) string {
	notReady, drifted, unknown := 0, 0, 0
	for _, object := range status.Objects {
		if object.Health.Condition != planner.Current {
			notReady++
		}
	}
	if status.Drift != nil {
		drifted, unknown = len(status.Drift.Objects), len(status.Drift.Unknown)
	}
	text := fmt.Sprintf("%s: %d not ready, %d drifted", plural(len(status.Objects), "object"), notReady, drifted)
	if unknown > 0 {
		text += fmt.Sprintf(", %d not known", unknown)
	}
	return text + "."
}
