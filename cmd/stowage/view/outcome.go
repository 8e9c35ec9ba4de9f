package view

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/planner"
)

// tableLimit is how many finished steps the closing table of a failed run lists;
// more are counted.
const tableLimit = 40

// Outcome shows how a run that went well ended.
func Outcome(s Screen, plan *planner.Plan, result *applier.Result) error {
	p := newPage(s)
	p.blank()
	took := seconds(result.Duration)
	done := func(a planner.Action) int { return result.Count(a, applier.Done) }
	switch {
	case plan.Release.Destroy:
		p.line(span{fmt.Sprintf("Destroyed %s: %d deleted in %s.", plan.Release.Name, done(planner.Delete), took), bold})
	case plan.Empty() && result.Record != "":
		p.line(span{fmt.Sprintf("%s is ready, and revision %d is now recorded as %s.", plan.Release.Name, result.Revision, result.Record), bold})
	case plan.Empty():
		p.line(span{plan.Release.Name + " is ready.", bold})
	default:
		p.line(span{fmt.Sprintf("Applied %s, revision %d: %d created, %d changed, %d replaced, %d deleted; %d unchanged, in %s.",
			plan.Release.Name, result.Revision, done(planner.Create), done(planner.Update), done(planner.Replace),
			done(planner.Delete), plan.Count(planner.NoOp), took), bold})
	}
	return p.flush(s)
}

// Failure shows how a run that went wrong ended: what was done and what was not,
// and last of all, for each object that failed, what is known about why.
func Failure(s Screen, plan *planner.Plan, result *applier.Result, err error) error {
	p := newPage(s)
	p.blank()
	p.stepTable(result.Steps)
	p.closingLine(plan, result)
	for i := range result.Steps {
		if step := &result.Steps[i]; step.Err != nil && !errors.Is(step.Err, applier.ErrInterrupted) {
			p.blank()
			p.failedStep(step)
		}
	}
	for _, other := range notOfSteps(err) {
		p.blank()
		p.para(span{"Error: ", red}, len("Error: "), plain, other.Error())
	}
	return p.flush(s)
}

// stepTable adds what became of each change.
func (p *page) stepTable(steps []applier.Step) {
	var rows []applier.Step
	done, width := 0, 0
	for _, step := range steps {
		if step.Action == planner.NoOp && step.Status == applier.Done {
			continue
		}
		if step.Status == applier.Done {
			if done++; done > tableLimit {
				continue
			}
		}
		width = max(width, columns(step.ID.String()))
		rows = append(rows, step)
	}
	for _, step := range rows {
		outcome := outcomeOf(step)
		left := "  " + pad(step.ID.String(), width+2)
		p.para(txt(left), min(columns(left), p.width/2), outcome.style, outcome.text)
	}
	if done > tableLimit {
		p.line(span{fmt.Sprintf("  and %d more done", done-tableLimit), dim})
	}
	if len(rows) > 0 {
		p.blank()
	}
}

func outcomeOf(step applier.Step) span {
	outcome := span{string(step.Status), statusStyle(step.Status)}
	switch {
	case step.Message != "":
		outcome.text += ": " + step.Message
	case errors.Is(step.Err, applier.ErrInterrupted):
		outcome = span{"interrupted while it was waited for", yellow}
	}
	return outcome
}

func statusStyle(status applier.Status) style {
	switch status {
	case applier.Done:
		return green
	case applier.Failed:
		return red
	default:
		return yellow
	}
}

func (p *page) closingLine(plan *planner.Plan, result *applier.Result) {
	count := make(map[applier.Status]int)
	interrupted := 0
	for _, step := range result.Steps {
		switch {
		case step.Action == planner.NoOp && step.Status == applier.Done:
		case errors.Is(step.Err, applier.ErrInterrupted):
			interrupted++
		default:
			count[step.Status]++
		}
	}
	counts := fmt.Sprintf("%d done, %d failed, %d skipped", count[applier.Done], count[applier.Failed], count[applier.Skipped])
	if interrupted > 0 {
		counts += fmt.Sprintf(", %d not waited for to the end", interrupted)
	}
	how := "failed"
	if result.Interrupted {
		how = "was interrupted"
	}
	what := fmt.Sprintf("Apply of %s %s", plan.Release.Name, how)
	if plan.Release.Destroy {
		what = fmt.Sprintf("Destroying %s %s", plan.Release.Name, how)
	}
	p.line(span{fmt.Sprintf("%s: %s, after %s.", what, counts, seconds(result.Duration)), bold})
}

// failedStep adds why one change failed, with all the evidence there is.
func (p *page) failedStep(step *applier.Step) {
	cause, hint := step.Err, ""
	var object *applier.ObjectError
	if errors.As(step.Err, &object) {
		cause, hint = object.Err, object.Hint
	}
	p.para(span{"Error: ", red}, len("Error: "), plain, step.ID.String()+": "+cause.Error())
	from := []string{}
	if step.Address != "" {
		from = append(from, step.Address)
	}
	if place := step.Origin.String(); place != "" {
		from = append(from, "at "+place)
	}
	if len(from) > 0 {
		p.line(txt("  " + strings.Join(from, " ")))
	}
	var notReady *applier.NotReadyError
	if errors.As(step.Err, &notReady) && notReady.Evidence != nil {
		p.evidence(notReady.Evidence)
	}
	if hint != "" {
		p.para(span{"  hint: ", cyan}, len("  hint: "), plain, hint)
	}
}

func (p *page) evidence(e *release.Evidence) {
	if len(e.Events) > 0 {
		p.line(txt("  newest warnings:"))
	}
	for _, event := range e.Events {
		times := ""
		if event.Count > 1 {
			times = fmt.Sprintf(" (%d times)", event.Count)
		}
		p.para(txt("    "+event.Object+" "+event.Reason+times+": "), 6, plain, event.Message)
	}
	p.log("last lines of container "+e.Container+", before its last restart", e.Previous)
	p.log("last lines of container "+e.Container, e.Logs)
	for _, missing := range e.Missing {
		p.para(txt("  not known: "), 4, plain, missing)
	}
}

func (p *page) log(title string, lines []string) {
	if len(lines) > 0 {
		p.line(txt("  " + title + ":"))
	}
	for _, line := range lines {
		p.line(span{"    │ ", dim}, txt(strings.TrimRight(line, "\r\n")))
	}
}

// notOfSteps returns the errors that are not about a single object, and so not
// shown with one. That the run was interrupted is said already.
func notOfSteps(err error) []error {
	all := []error{err}
	var many *multierror.Error
	if errors.As(err, &many) {
		all = many.Errors
	}
	return slices.DeleteFunc(slices.Clone(all), func(err error) bool {
		var object *applier.ObjectError
		return errors.As(err, &object) || errors.Is(err, applier.ErrInterrupted)
	})
}
