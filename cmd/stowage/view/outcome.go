package view

import (
	"fmt"

	"stowage/applier"
	"stowage/planner"
)

// Outcome shows how a run that went well ended. A stage tells whether what was
// changed was waited for.
func Outcome(s Screen, plan Planned, result *applier.Result, stage Stage) error {
	if plan.Release.Switch != "" && plan.Empty() && result.Record == "" {
		return nil // the plan says that there is nothing to do
	}
	p := newPage(s)
	p.blank()
	p.moved(result)
	p.outcome(plan, result)
	if plan.Release.Switch == "" || isCanary(plan.Release.Switch) {
		p.waiting(plan, stage)
	}
	return p.flush(s)
}

// outcome adds the line that says what was done, and of a switch what takes it back.
func (p *page) outcome(plan Planned, result *applier.Result) {
	p.line(span{outcomeText(plan, result), bold})
	if plan.Release.Switch != "" && !plan.Empty() {
		p.wayBack(plan, result)
	}
}

// outcomeText says what a run that went well has done.
func outcomeText(plan Planned, result *applier.Result) string {
	took := seconds(result.Duration)
	done := func(a planner.Action) int { return result.Count(a, applier.Done) }
	release := plan.Release
	switch {
	case release.Switch != "" && !plan.Empty():
		return fmt.Sprintf("%s, as revision %d, in %s.", switchedTitle(plan.Plan), result.Revision, took)
	case release.Switch != "" && result.Record != "":
		return fmt.Sprintf("Revision %d is now recorded as %s.", result.Revision, result.Record)
	case release.Destroy:
		return fmt.Sprintf("Destroyed %s: %d deleted in %s.", release.Name, done(planner.Delete), took)
	case plan.Empty() && result.Record != "":
		return fmt.Sprintf("%s is ready, and revision %d is now recorded as %s.", release.Name, result.Revision, result.Record)
	case plan.Empty():
		return release.Name + " is ready."
	}
	what := fmt.Sprintf("Applied %s, revision %d", release.Name, result.Revision)
	if release.RollbackTo > 0 {
		what = fmt.Sprintf("Went back to %s, as revision %d", backTo(release), result.Revision)
	}
	adopted := ""
	if n := done(planner.Adopt); n > 0 {
		adopted = fmt.Sprintf("%d adopted, ", n)
	}
	return fmt.Sprintf("%s: %s%d created, %d changed, %d replaced, %d deleted; %d unchanged, in %s.",
		what, adopted, done(planner.Create), done(planner.Update), done(planner.Replace),
		done(planner.Delete), plan.Count(planner.NoOp), took)
}
