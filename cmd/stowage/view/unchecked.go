package view

import (
	"regexp"
	"slices"

	"stowage/planner"
)

// unchecked is what the server was not asked about for one reason.
type unchecked struct {
	reason  string
	objects []string
}

// uncheckedOf returns what the server was not asked about, once for each reason.
// Deletions are left out: there is nothing to check about them.
func uncheckedOf(plan *planner.Plan) (all []unchecked) {
	var kinds []string // of the reasons, in the order of all
	for i := range plan.Changes {
		change := &plan.Changes[i]
		if change.Unchecked == "" || change.Action == planner.Delete {
			continue
		}
		kind := withoutObject(change.Unchecked)
		k := slices.Index(kinds, kind)
		if k < 0 {
			k = len(all)
			kinds = append(kinds, kind)
			all = append(all, unchecked{reason: change.Unchecked})
		} else if all[k].reason != change.Unchecked {
			all[k].reason = kind
		}
		all[k].objects = append(all[k].objects, change.ID.String())
	}
	return all
}

// deniedPattern matches what an API server answers to those who lack a right.
var deniedPattern = regexp.MustCompile(`^(.*?)\S+(?: "[^"]*")? is forbidden: User ("[^"]*") cannot (\w+) resource ".*$`)

// withoutObject returns a reason as it is for several objects. The answers of a server
// name the object and its kind, so that a right that is lacking for all has many texts.
func withoutObject(reason string) string {
	return deniedPattern.ReplaceAllString(reason, "${1}user $2 may not $3 them")
}

func (p *page) unchecked(plan *planner.Plan) {
	all := uncheckedOf(plan)
	for _, u := range all {
		p.para(txt("Not checked by the server: "), 2, plain, objectList(u.objects)+": "+u.reason+".")
	}
	if len(all) > 0 {
		p.blank()
	}
}
