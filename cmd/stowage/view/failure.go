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

// Failure shows how a run that went wrong ended: what was done and what was not,
// how going back went when that was asked for, and last of all, for each object
// that failed, what is known about why.
func Failure(s Screen, plan *planner.Plan, result *applier.Result, err error) error {
	p := newPage(s)
	p.blank()
	p.stepTable(result.Steps)
	p.closingLine(plan, result)
	if result.Rollback != nil {
		p.rollback(plan, result.Rollback)
	}
	p.causes(result, err)
	return p.flush(s)
}

// causes adds why each step failed, and what went wrong beside them.
func (p *page) causes(result *applier.Result, err error) {
	for i := range result.Steps {
		if step := &result.Steps[i]; step.Err != nil && unfinished(step.Err) == "" {
			p.blank()
			p.why(failureOf(step))
		}
	}
	for _, other := range notOfSteps(err) {
		p.blank()
		var object *planner.ObjectError
		if errors.As(other, &object) {
			p.objectProblem(object, object.Hint)
		} else {
			p.para(span{"Error: ", red}, len("Error: "), plain, other.Error())
		}
	}
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
	if step.Message != "" {
		outcome.text += ": " + step.Message
	} else if why := unfinished(step.Err); why != "" {
		outcome = span{why, yellow}
	}
	return outcome
}

// unfinished tells of a step that did not fail, but was not waited for to its
// end, why that is; empty of all others.
func unfinished(err error) string {
	switch {
	case errors.Is(err, applier.ErrInterrupted):
		return "interrupted while it was waited for"
	case errors.Is(err, applier.ErrAbandoned):
		return "not waited for any longer"
	case errors.Is(err, applier.ErrLockLost):
		return "not waited for any longer, since the lock was lost"
	}
	return ""
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
	p.para(txt(""), 0, bold, closingRun(plan, result))
}

// closingRun says how a run that went wrong ended, in one line.
func closingRun(plan *planner.Plan, result *applier.Result) string {
	count := make(map[applier.Status]int)
	abandoned := 0
	for _, step := range result.Steps {
		switch {
		case step.Action == planner.NoOp && step.Status == applier.Done:
		case unfinished(step.Err) != "":
			abandoned++
		default:
			count[step.Status]++
		}
	}
	counts := fmt.Sprintf("%d done, %d failed, %d skipped", count[applier.Done], count[applier.Failed], count[applier.Skipped])
	if abandoned > 0 {
		counts += fmt.Sprintf(", %d not waited for to the end", abandoned)
	}
	how := "failed"
	if result.Interrupted {
		how = "was interrupted"
	}
	unmoved := ""
	if plan.Release.Switch != "" && len(movedSteps(result)) == 0 && !isCanary(plan.Release.Switch) {
		unmoved = " No traffic was moved."
	}
	return fmt.Sprintf("%s %s: %s, after %s.%s", runTitle(plan.Release), how, counts, seconds(result.Duration), unmoved)
}

// runTitle says what a run was to do.
func runTitle(r planner.ReleaseInfo) string {
	switch {
	case r.Destroy:
		return "Destroying " + r.Name
	case r.Switch != "":
		return switchTitle(r)
	case r.RollbackTo > 0:
		return fmt.Sprintf("Going back to %s", backTo(r))
	default:
		return "Apply of " + r.Name
	}
}

// backTo names what a plan goes back to: "revision 3 of web", or "revision 3 of
// web, app api alone".
func backTo(r planner.ReleaseInfo) string {
	text := fmt.Sprintf("revision %d of %s", r.RollbackTo, r.Name)
	if r.RollbackApp != "" {
		text += ", app " + r.RollbackApp + " alone"
	}
	return text
}

// rollback adds how going back after a failure went, and what that leaves the
// traffic on.
func (p *page) rollback(plan *planner.Plan, back *applier.Rollback) {
	p.blank()
	if len(back.Moves) > 0 {
		p.movedBack(plan, back)
		return
	}
	failed := plan.Release.ToRevision
	traffic := fmt.Sprintf("Traffic is on revision %d.", back.To)
	switch {
	case errors.Is(back.Err, applier.ErrNoHealthyRevision):
		p.para(txt(""), 0, bold, "There is no healthy revision to go back to: what was done stays as it is.")
		return
	case back.To == 0:
		p.para(txt(""), 0, bold, "The release does not go back, and what was done stays as it is: "+back.Err.Error())
		return
	case back.Result == nil && back.Err != nil:
		p.para(txt(""), 0, bold, fmt.Sprintf("Going back to revision %d failed before anything was written.", back.To))
		p.causes(&applier.Result{}, back.Err)
		traffic = fmt.Sprintf("What revision %d did stays as it is: the traffic may be on it, on revision %d, or on both.", failed, back.To)
	default:
		p.walkedBack(back)
		if back.Err != nil {
			traffic = fmt.Sprintf("Revision %d is not all back: the traffic may be on it, on revision %d, or on both.", back.To, failed)
		}
	}
	if back.Err != nil {
		traffic += " stowage status shows what is ready."
	}
	p.blank()
	p.para(txt(""), 0, bold, fmt.Sprintf("%s Revision %d failed because:", traffic, failed))
}

// walkedBack adds what became of each step of going back.
func (p *page) walkedBack(back *applier.Rollback) {
	if back.Result == nil {
		p.para(txt(""), 0, bold, fmt.Sprintf("Nothing had changed that revision %d has: it is what is there.", back.To))
		return
	}
	p.line(txt(fmt.Sprintf("Back to revision %d:", back.To)))
	p.blank()
	p.stepTable(back.Result.Steps)
	if back.Err == nil {
		p.para(txt(""), 0, bold, fmt.Sprintf("Went back to revision %d, recorded as revision %d, in %s.",
			back.To, back.Result.Revision, seconds(back.Result.Duration)))
		return
	}
	p.closingLine(back.Plan, back.Result)
	p.causes(back.Result, back.Err)
}

// failure is an object that failed, and all that is known about why.
type failure struct {
	object   string
	message  string
	address  string
	origin   planner.Origin
	evidence *release.Evidence
	hint     string
}

// failureOf takes a failed step apart.
func failureOf(step *applier.Step) failure {
	f := failure{object: step.ID.String(), message: step.Err.Error(), address: step.Address, origin: step.Origin}
	var object *applier.ObjectError
	if errors.As(step.Err, &object) {
		f.message, f.hint = object.Err.Error(), object.Hint
	}
	f.evidence = evidenceOf(step.Err)
	return f
}

// evidenceOf returns what an error knows of why an object did not become ready.
func evidenceOf(err error) *release.Evidence {
	var notReady *applier.NotReadyError
	if errors.As(err, &notReady) {
		return notReady.Evidence
	}
	return nil
}

// why adds why one object failed, with all the evidence there is.
func (p *page) why(f failure) {
	p.para(span{"Error: ", red}, len("Error: "), plain, f.object+": "+f.message)
	from := []string{}
	if f.address != "" {
		from = append(from, f.address)
	}
	if place := f.origin.String(); place != "" {
		from = append(from, "at "+place)
	}
	if len(from) > 0 {
		p.line(txt("  " + strings.Join(from, " ")))
	}
	if f.evidence != nil {
		p.evidence(f.evidence)
	}
	if f.hint != "" {
		p.para(span{"  hint: ", cyan}, len("  hint: "), plain, f.hint)
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
	if !slices.Equal(e.Previous, e.Logs) { // of one that waits for its restart both are the run that ended last
		p.log("last lines of container "+e.Container+", before its last restart", e.Previous)
	}
	p.log("last lines of container "+e.Container, e.Logs)
	for _, missing := range e.Missing {
		p.para(txt("  not known: "), 4, plain, missing)
	}
}

func (p *page) log(title string, lines []string) {
	if len(lines) > 0 {
		p.line(txt("  " + title + ":"))
	}
	p.logLines(lines)
}

// logLines adds what a container has written.
func (p *page) logLines(lines []string) {
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
