package view

import (
	"fmt"
	"strings"

	"stowage/planner"
)

// switchVerb says what a switch does to apps, as in "retire petclinic".
func switchVerb(operation planner.Operation) string {
	switch operation {
	case planner.SwitchForward:
		return "switch"
	case planner.SwitchBack:
		return "switch back"
	case planner.CanaryNext:
		return "next step of"
	default:
		return string(operation)
	}
}

// nothingTo says that a switch has nothing to do.
func nothingTo(operation planner.Operation) string {
	if operation == planner.CanaryNext {
		return "There is no next step."
	}
	return "Nothing to " + switchVerb(operation) + "."
}

// switchTitle says the same of a plan: "Switch back petclinic, mailer".
func switchTitle(release planner.ReleaseInfo) string {
	verb := switchVerb(release.Switch)
	return strings.ToUpper(verb[:1]) + verb[1:] + " " + strings.Join(release.SwitchApps, ", ")
}

// switching adds what a plan does that moves versions and nothing else: first
// which version is followed by which, then what else that takes, in a line each.
func (p *page) switching(plan *planner.Plan) {
	p.moves(plan)
	others := 0
	for i := range plan.Changes {
		change := &plan.Changes[i]
		if change.Action == planner.NoOp || saidByMove(change) {
			continue
		}
		others++
		p.briefly(change)
	}
	if others > 0 {
		p.blank()
	}
}

// saidByMove reports whether a change is nothing but the move that it carries.
func saidByMove(change *planner.Change) bool {
	return change.Move != nil && change.ID.Kind == "Service"
}

// moves adds the versions that follow each other, in columns where there is room for
// all of them.
func (p *page) moves(plan *planner.Plan) {
	const gap, arrow = 2, "  ->  "
	var moves []*planner.Move
	app, from, to := 0, 0, 0
	for i := range plan.Changes {
		if move := plan.Changes[i].Move; move != nil {
			moves = append(moves, move)
			app = max(app, columns(move.App))
			from, to = max(from, columns(sideText(move.From))), max(to, columns(sideText(move.To)))
		}
	}
	left := gap + app + gap
	beside := left+from+columns(arrow)+to <= p.width
	for _, move := range moves {
		name := span{pad(spaces(gap)+move.App, left), bold}
		before, after := span{sideText(move.From), yellow}, span{sideText(move.To), green}
		if beside {
			p.line(name, before, txt(spaces(from-columns(before.text))+arrow), after)
			continue
		}
		p.line(name, before)
		p.line(txt(spaces(left-3)+"-> "), after)
	}
	if len(moves) > 0 {
		p.blank()
	}
}

// sideText returns "green 1.0.1 (3 of 3 pods ready)".
func sideText(side planner.Side) string {
	return side.String() + " (" + podsText(side) + ")"
}

func podsText(side planner.Side) string {
	if side.Pods == 0 && side.Ready == 0 {
		return "no pods"
	}
	return fmt.Sprintf("%d of %s ready", side.Ready, plural(int(side.Pods), "pod"))
}

// briefly adds a change in a line or two, as far as it can be told so.
func (p *page) briefly(change *planner.Change) {
	head := []span{txt("  "), mark(change.Action), txt(" "), {change.ID.String(), bold}}
	why := whyBriefly(change)
	if why == "" {
		p.line(head...)
		for _, field := range change.Diff {
			p.fieldDiff(field)
		}
		return
	}
	hang := 4 + columns(change.ID.String()) + 2
	if hang+leastText > p.width {
		hang = 6
	}
	p.wrapped(head, hang, txt(why))
}

// whyBriefly says why an object changes and, of one that has pods, what becomes of them.
func whyBriefly(change *planner.Change) string {
	if change.Move != nil { // which is shown
		if pods := change.Move.From.Pods; pods != 1 {
			return fmt.Sprintf("its %d pods end then", pods)
		}
		return "its pod ends then"
	}
	var parts []string
	if change.Reason != changedFields && change.Reason != notThereYet && change.Reason != "" {
		parts = append(parts, change.Reason)
	}
	if change.Impact != "" && (len(parts) == 0 || change.Role == planner.RoleWorkload) {
		parts = append(parts, change.Impact)
	}
	return strings.Join(parts, "; ")
}
