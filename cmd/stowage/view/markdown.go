package view

import (
	"fmt"
	"io"
	"strings"

	"stowage/planner"
)

// Of a Markdown review, in bytes: how long it may be, and what of that is for the remark
// that something is left out. GitHub takes comments of 65,536 characters, and other text
// may stand around the review.
const (
	markdownLimit  = 60000 - 1
	markdownRemark = 1000
)

// Markdown writes a plan as a comment on a pull request: the counts, the risks, and the
// details folded app by app. What does not fit is left out, the least important first,
// and the text says so.
func Markdown(w io.Writer, plan Planned) error {
	m := markdown{reviewOf(plan)}
	headline, pieces := m.headline(), m.pieces()
	shorten(pieces, markdownLimit-markdownRemark-len(headline))
	var out strings.Builder
	out.WriteString(headline)
	if what := leftOut(pieces); what != "" {
		fmt.Fprintf(&out, "\n> **Shortened.** Left out to fit a comment: %s. `--format text` and `--format html` show all.\n", what)
	}
	for _, p := range pieces {
		out.WriteString(p.text())
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// markdown draws a review as Markdown.
type markdown struct{ *review }

func (m markdown) pieces() []*piece {
	pieces := []*piece{m.riskPiece(), m.warningPiece()}
	if !m.Empty() {
		for i := range m.groups {
			pieces = append(pieces, m.groupPiece(&m.groups[i]))
		}
	}
	pieces = append(pieces, m.waitingPiece())
	if !m.Empty() {
		pieces = append(pieces, m.keptPiece(), m.outputPiece())
	}
	return pieces
}

// headline is the counts, and what the plan is for, on one line.
func (m markdown) headline() string {
	text := "**" + markdownText(closingText(m.Plan)) + "**"
	facts := make([]string, 0, 6)
	for _, f := range m.facts() {
		facts = append(facts, f.label+" "+markdownCode(f.value))
	}
	text += " " + sentence(strings.Join(facts, ", ")) + "."
	for _, note := range m.notes() {
		text += " " + markdownText(note)
	}
	return text + "\n"
}

func (m markdown) riskPiece() *piece {
	switch {
	case len(m.risks) == 0 && m.Empty():
		return &piece{}
	case len(m.risks) == 0:
		return &piece{forms: []form{{text: "\n" + noRisks + "\n"}}}
	}
	const title = "\n#### Risks\n\n"
	lines := make([]string, len(m.risks))
	for i := range m.risks {
		lines[i] = m.riskLine(&m.risks[i])
	}
	p := &piece{forms: []form{{text: title + strings.Join(lines, "")}}}
	for _, less := range []struct {
		turn  turn
		lines int
	}{{turnManyRisks, 60}, {turnMostRisks, 10}, {turnRisks, 0}} {
		if more := len(lines) - less.lines; more > 0 {
			p.forms = append(p.forms, form{
				text: fmt.Sprintf("%s%s- and %d more\n", title, strings.Join(lines[:less.lines], ""), more),
				turn: less.turn, without: fmt.Sprintf("%d of %s", more, plural(len(lines), "risk")),
			})
		}
	}
	return p
}

func (m markdown) riskLine(risk *risk) string {
	text := "- **" + strings.Join(risk.words, ", ") + "**"
	if risk.change != nil {
		text += " " + markdownObject(risk.change)
	}
	if risk.change != nil && risk.text != "" {
		text += ":"
	}
	if risk.text != "" {
		text += " " + markdownText(risk.text)
	}
	return text + "\n"
}

// markdownObject names the object of a change, and where it is written.
func markdownObject(change *planner.Change) string {
	text := markdownCode(change.ID.String())
	if place := change.Origin.String(); place != "" {
		text += " (" + markdownCode(place) + ")"
	}
	return text
}

func (m markdown) warningPiece() *piece {
	var full, brief strings.Builder
	for _, warning := range m.Warnings {
		text := "- **Warning** " + markdownText(warning.Summary)
		if place := warning.Origin.String(); place != "" {
			text += " (" + markdownCode(place) + ")"
		}
		brief.WriteString(text + "\n")
		if warning.Detail != "" {
			text += ": " + markdownText(warning.Detail)
		}
		full.WriteString(text + "\n")
	}
	if text := provisionalText(m.Plan); text != "" {
		full.WriteString("- **Provisional** " + markdownText(text) + "\n")
	}
	if full.Len() == 0 {
		return &piece{}
	}
	const title = "\n#### Warnings\n\n"
	return &piece{forms: []form{
		{text: title + full.String()},
		{title + brief.String(), turnWarningDetails, "what the warnings say in detail"},
		{"", turnWarnings, "all warnings"},
	}}
}

// Of a diff that is shortened: how many lines are shown, and how many characters of each.
const (
	diffLinesShown = 30
	diffWidthShown = 200
)

func (m markdown) groupPiece(g *group) *piece {
	title := "<b>" + g.title() + "</b>"
	if g.app != "" {
		title = "<b>" + markdownSummary(g.app) + "</b>"
	}
	head := title + ": " + g.counts
	if len(g.words) > 0 {
		head += " · <b>" + strings.Join(g.words, ", ") + "</b>"
	}
	fold := func(item func(*planner.Change) string) string {
		var items strings.Builder
		for _, change := range g.changes {
			items.WriteString(item(change))
		}
		return markdownFold(head, items.String())
	}
	turns := []turn{turnLongDiffs, turnDiffs, turnObjects, turnApps}
	if len(g.words) > 0 {
		turns = []turn{turnRiskyLongDiffs, turnRiskyDiffs, turnRiskyObjects, turnRiskyApps}
	}
	return &piece{forms: []form{
		{text: fold(func(c *planner.Change) string { return m.item(c) + markdownDiff(m.diffOf(c)) })},
		{fold(func(c *planner.Change) string {
			return m.item(c) + markdownDiff(shortened(m.diffOf(c), diffLinesShown, diffWidthShown))
		}), turns[0], "the ends of long diffs of %s"},
		{fold(m.item), turns[1], "the diffs of %s"},
		{fmt.Sprintf("\n- %s: %s\n", markdownCode(g.title()), g.counts), turns[2], "the objects of %s"},
		{"", turns[3], "%s altogether"},
	}}
}

// markdownFold folds text, which is a list, under a heading of HTML.
func markdownFold(heading, text string) string {
	return "\n<details><summary>" + heading + "</summary>\n\n" + text + "\n</details>\n"
}

// item tells in one line what happens to an object, why, and what that means.
func (m markdown) item(change *planner.Change) string {
	text := "- **" + m.word(change.Action) + "** " + markdownObject(change)
	notes := noteOf(change)
	if change.Impact != "" {
		notes = append(notes, change.Impact)
	}
	if len(notes) > 0 {
		text += ": " + markdownText(strings.Join(notes, "; "))
	}
	return text + "\n"
}

// markdownDiff is the diff of an object, as a part of its item.
func markdownDiff(diff []diffLine) string {
	if len(diff) == 0 {
		return ""
	}
	lines := make([]string, len(diff))
	for i, line := range diff {
		lines[i] = string(rune(line.sign)) + " " + line.text
		if line.sign == signField {
			lines[i] = "@@ " + line.text + " @@"
		}
	}
	block := strings.TrimSuffix(markdownBlock("diff", lines), "\n")
	return "  " + strings.ReplaceAll(block, "\n", "\n  ") + "\n"
}

func (m markdown) waitingPiece() *piece {
	if len(m.Waiting) == 0 {
		return &piece{}
	}
	text := "\n#### Afterwards\n\n"
	stage, waiting := m.waitingStage()
	for _, w := range m.Waiting {
		text += "- " + markdownCode(w.App) + ": " + markdownText(waitingText(w, stage)) + "\n"
	}
	for _, command := range nextCommands(waiting, m.Where) {
		if command.usual {
			text += "- Next: " + markdownCode(command.Command) + "\n"
		}
	}
	return &piece{forms: []form{{text: text}, {"", turnWarnings, "the versions that wait for a switch"}}}
}

func (m markdown) keptPiece() *piece {
	if len(m.Kept) == 0 || m.Release.Switch != "" {
		return &piece{}
	}
	var text strings.Builder
	for _, object := range m.Kept {
		fmt.Fprintf(&text, "- %s: %s\n", markdownCode(object.ID.String()), markdownText(object.Reason))
	}
	heading := fmt.Sprintf("%s: %s", keptTitle(m.Release), plural(len(m.Kept), "object"))
	return &piece{forms: []form{{text: markdownFold(heading, text.String())}, {"\n" + heading + "\n", turnKept, "the names of what is kept"}}}
}

func (m markdown) outputPiece() *piece {
	if len(m.Outputs) == 0 {
		return &piece{}
	}
	var lines []string
	for _, output := range m.Outputs {
		for line := range strings.SplitSeq(output.text(), "\n") {
			lines = append(lines, printable(line))
		}
	}
	heading := "Outputs once applied: " + fmt.Sprint(len(m.Outputs))
	return &piece{forms: []form{{text: markdownFold(heading, markdownBlock("hcl", lines))}, {"\n" + heading + "\n", turnOutputs, "the outputs"}}}
}
