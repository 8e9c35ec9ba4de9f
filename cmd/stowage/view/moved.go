package view

import (
	"fmt"
	"strings"
	"time"

	"stowage/applier"
	"stowage/planner"
)

// moved adds when traffic moved, for each app of which it did.
func (p *page) moved(result *applier.Result) {
	for _, step := range movedSteps(result) {
		p.para(txt(""), 2, plain, movedText(step))
	}
}

func movedSteps(result *applier.Result) (steps []*applier.Step) {
	for i := range result.Steps {
		if step := &result.Steps[i]; step.Moved != nil {
			steps = append(steps, step)
		}
	}
	return steps
}

// movedText says when traffic, or the work of an app without a Service, moved to
// which version.
func movedText(step *applier.Step) string {
	moved, what := step.Moved, "Traffic"
	if isWorker(step.ID) {
		what = "Work"
	}
	text := fmt.Sprintf("%s of %s moved to %s at %s", what, moved.Move.App, moved.Move.To, moment(moved.At))
	if moved.Followed > 0 && !isWorker(step.ID) {
		text += "; all endpoints followed after " + seconds(moved.Followed)
	}
	return text + "."
}

// isWorker reports whether the object that a move was made on shows that it was not
// one of traffic.
func isWorker(moved planner.ObjectID) bool { return moved.Kind == "Deployment" }

// movedBack adds how moving traffic back went, once what got it was not known to be
// right.
func (p *page) movedBack(plan *planner.Plan, back *applier.Rollback) {
	failed := plan.Release.ToRevision
	switch {
	case back.Err != nil && back.Result == nil:
		p.para(txt(""), 0, bold, "Moving the traffic back failed before anything was written.")
		p.causes(&applier.Result{}, back.Err)
	case back.Err != nil:
		p.closingLine(back.Plan, back.Result)
		p.causes(back.Result, back.Err)
	default:
		for _, move := range back.Moves {
			p.para(txt(""), 0, bold, fmt.Sprintf("%s is on %s again.", move.App, move.From))
		}
		p.para(txt(""), 0, bold, fmt.Sprintf("Recorded as revision %d. Revision %d failed because:", back.Result.Revision, failed))
		return
	}
	p.blank()
	p.para(txt(""), 0, bold, fmt.Sprintf("The traffic may be on either version: stowage status shows it. Revision %d failed because:", failed))
}

// wayBack adds what takes a switch back.
func (p *page) wayBack(plan Planned, result *applier.Result) {
	var back, again []string
	for _, step := range movedSteps(result) {
		if move := step.Moved.Move; move.To.Deployed < move.From.Deployed {
			again = append(again, move.App)
		} else {
			back = append(back, move.App)
		}
	}
	if len(back) > 0 {
		p.line(txt("  Back: "), span{commandLine("switch", strings.Join(back, " "), "--back", plan.Where), bold})
	}
	if len(again) > 0 {
		p.line(txt("  Back: "), span{commandLine("switch", strings.Join(again, " "), plan.Where), bold})
	}
}

// switchedTitle says what a switch has done. The step of a canary after the last one
// has promoted it.
func switchedTitle(plan *planner.Plan) string {
	operation := plan.Release.Switch
	if operation == planner.CanaryNext && plan.Count(planner.Delete) > 0 && len(plan.Waiting) == 0 {
		operation = planner.CanaryPromote
	}
	verb := map[planner.Operation]string{
		planner.SwitchForward: "Switched",
		planner.SwitchBack:    "Switched back",
		planner.SwitchRetire:  "Retired the version without traffic of",
		planner.CanaryNext:    "Took the next step of",
		planner.CanaryPromote: "Promoted the canary of",
		planner.CanaryAbort:   "Aborted the canary of",
	}[operation]
	return verb + " " + strings.Join(plan.Release.SwitchApps, ", ")
}

func isCanary(operation planner.Operation) bool {
	switch operation {
	case planner.CanaryNext, planner.CanaryPromote, planner.CanaryAbort:
		return true
	}
	return false
}

// movedDocument is a move of traffic, for programs.
type movedDocument struct {
	App  string       `json:"app"`
	From planner.Side `json:"from"`
	To   planner.Side `json:"to"`
	At   time.Time    `json:"at"` // the API server had taken the write
	// Followed is how many seconds later the last endpoint was one of the new version.
	Followed float64 `json:"followedSeconds"`
}

func movedOf(moved *applier.Moved) *movedDocument {
	if moved == nil {
		return nil
	}
	return &movedDocument{
		App: moved.Move.App, From: moved.Move.From, To: moved.Move.To,
		At: moved.At.UTC(), Followed: moved.Followed.Seconds(),
	}
}
