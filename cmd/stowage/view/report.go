package view

import (
	"fmt"
	"io"
	"strings"

	"stowage/applier"
	"stowage/planner"
)

// Of a report, how much it shows; the rest is counted. So it stays far below the 1 MiB
// that GitHub Actions takes for a step.
const (
	reportSteps    = 300 // lines of steps
	reportFailures = 10  // that are told in full
	reportFindings = 50
	reportLines    = 100 // of one block
	reportColumns  = 300 // of one line of a block
)

// RunReport writes how a run ended as Markdown, for the page that a CI system shows of
// it: the outcome, why what failed did so, and what was done folded. The error is nil
// when the run went well.
func RunReport(w io.Writer, plan Planned, result *applier.Result, err error, stage Stage) error {
	r := report{}
	headline := outcomeText(plan, result)
	if err != nil {
		headline = closingRun(plan.Plan, result)
	}
	r.headline(headline, plan)
	for _, step := range movedSteps(result) {
		r.item(movedText(step))
	}
	if err != nil {
		r.failures(plan.Plan, result, err)
	} else {
		r.waiting(plan, stage)
	}
	r.steps(result.Steps)
	_, wrong := io.WriteString(w, r.String())
	return wrong
}

// DoneReport writes as Markdown that a plan had nothing to do.
func DoneReport(w io.Writer, plan Planned) error {
	r := report{}
	r.headline(closingText(plan.Plan), plan)
	r.waiting(plan, Applied)
	_, err := io.WriteString(w, r.String())
	return err
}

// FindingsReport writes as Markdown why a command did not get as far as changing
// anything.
func FindingsReport(w io.Writer, headline string, findings []Finding) error {
	r := report{}
	r.WriteString("**" + markdownText(headline) + "**\n\n")
	for i, f := range findings {
		if i == reportFindings {
			r.item(fmt.Sprintf("and %d more", len(findings)-i))
			break
		}
		r.finding(&f)
	}
	_, err := io.WriteString(w, r.String())
	return err
}

// report is Markdown in the making. Paragraphs and lists end with an empty line.
type report struct{ strings.Builder }

// headline adds the outcome, and which release of which cluster it is about.
func (r *report) headline(text string, plan Planned) {
	var facts []string
	for _, f := range (&review{Planned: plan}).facts() {
		facts = append(facts, f.label+" "+markdownCode(f.value))
	}
	fmt.Fprintf(r, "**%s** %s.\n\n", markdownText(text), sentence(strings.Join(facts, ", ")))
}

func (r *report) item(text string) { fmt.Fprintf(r, "- %s\n\n", markdownText(text)) }

// block adds lines as they are.
func (r *report) block(lines []string) {
	shown := make([]string, 0, min(len(lines), reportLines)+1)
	for i, line := range lines {
		if i == reportLines {
			shown = append(shown, fmt.Sprintf("and %s more", plural(len(lines)-i, "line")))
			break
		}
		shown = append(shown, truncate(line, reportColumns))
	}
	if len(shown) > 0 {
		r.WriteString(markdownBlock("text", shown) + "\n")
	}
}

// drawn adds what a page says, as it says it.
func (r *report) drawn(draw func(p *page)) {
	p := newPage(Screen{Width: pipeWidth})
	draw(p)
	if text := strings.Trim(p.buf.String(), "\n"); text != "" {
		r.block(strings.Split(text, "\n"))
	}
}

// waiting adds which versions wait for a switch, and what moves them.
func (r *report) waiting(plan Planned, stage Stage) {
	if plan.Release.Switch == "" || isCanary(plan.Release.Switch) {
		r.drawn(func(p *page) { p.waiting(plan, stage) })
	}
}

// failures adds why each step failed, what else went wrong, and how going back went.
func (r *report) failures(plan *planner.Plan, result *applier.Result, err error) {
	if result.Rollback != nil {
		r.drawn(func(p *page) { p.rollback(plan, result.Rollback) })
	}
	told := 0
	for i := range result.Steps {
		step := &result.Steps[i]
		if step.Err == nil || unfinished(step.Err) != "" {
			continue
		}
		if told++; told > reportFailures {
			continue
		}
		f := failureOf(step)
		place := ""
		if at := f.origin.String(); at != "" {
			place = " (" + markdownCode(at) + ")"
		}
		fmt.Fprintf(r, "#### Why: %s%s\n\n", markdownCode(f.object), place)
		r.drawn(func(p *page) { p.why(f) })
	}
	if told > reportFailures {
		r.item(fmt.Sprintf("%d more failed", told-reportFailures))
	}
	for _, other := range notOfSteps(err) {
		r.item(other.Error())
	}
}

// steps adds what became of each change, folded.
func (r *report) steps(steps []applier.Step) {
	var lines []string
	for _, step := range steps {
		if step.Action == planner.NoOp && step.Status == applier.Done {
			continue
		}
		lines = append(lines, mark(step.Action).text+" "+step.ID.String()+"  "+outcomeOf(step).text)
	}
	if len(lines) == 0 {
		return
	}
	title := plural(len(lines), "change")
	if more := len(lines) - reportSteps; more > 0 {
		lines = append(lines[:reportSteps], fmt.Sprintf("and %d more", more))
	}
	fmt.Fprintf(r, "<details><summary>%s</summary>\n\n", title)
	for i := range lines {
		lines[i] = truncate(lines[i], reportColumns)
	}
	r.WriteString(markdownBlock("diff", lines) + "\n</details>\n\n")
}

// finding adds one thing that is wrong, with the source that it is about.
func (r *report) finding(f *Finding) {
	text := markdownText(f.Summary)
	if f.Range != nil && f.Range.File != "" {
		place := f.Range.File
		if f.Range.Start.Line > 0 {
			place = fmt.Sprintf("%s:%d", place, f.Range.Start.Line)
		}
		text += " (" + markdownCode(place) + ")"
	}
	if more := strings.TrimSpace(f.Detail + " " + f.Hint); more != "" {
		text += ": " + markdownText(more)
	}
	fmt.Fprintf(r, "- %s\n\n", text)
	if f.Snippet != nil {
		lines := make([]string, len(f.Snippet.Lines))
		for i, line := range f.Snippet.Lines {
			lines[i] = fmt.Sprintf("%5d │ %s", f.Snippet.StartLine+i, line)
		}
		r.block(lines)
	}
	if f.Evidence != nil {
		r.drawn(func(p *page) { p.evidence(f.Evidence) })
	}
}
