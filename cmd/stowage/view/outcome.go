package view

import (
	"fmt"

	"stowage/applier"
	"stowage/planner"
)

// Outcome shows how a run that went well ended.
func Outcome(s Screen, plan *planner.Plan, result *applier.Result) error {
	p := newPage(s)
	p.blank()
	took := seconds(result.Duration)
	done := func(a planner.Action) int { return result.Count(a, applier.Done) }
	release := plan.Release
	switch {
	case release.Destroy:
		p.line(span{fmt.Sprintf("Destroyed %s: %d deleted in %s.", release.Name, done(planner.Delete), took), bold})
	case plan.Empty() && result.Record != "":
		p.line(span{fmt.Sprintf("%s is ready, and revision %d is now recorded as %s.", release.Name, result.Revision, result.Record), bold})
	case plan.Empty():
		p.line(span{release.Name + " is ready.", bold})
	default:
		what := fmt.Sprintf("Applied %s, revision %d", release.Name, result.Revision)
		if release.RollbackTo > 0 {
			what = fmt.Sprintf("Went back to %s, as revision %d", backTo(release), result.Revision)
		}
		p.line(span{fmt.Sprintf("%s: %d created, %d changed, %d replaced, %d deleted; %d unchanged, in %s.",
			what, done(planner.Create), done(planner.Update), done(planner.Replace),
			done(planner.Delete), plan.Count(planner.NoOp), took), bold})
	}
	return p.flush(s)
}
