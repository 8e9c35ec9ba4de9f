package view

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"stowage/planner"
)

//go:embed assets/plan.html.tmpl assets/plan.css assets/plan.js
var assets embed.FS

var planTemplate = template.Must(template.ParseFS(assets, "assets/plan.html.tmpl"))

// HTML writes a plan as one page that asks for nothing else: its style and its script are
// in it, and its policy allows these two alone.
func HTML(w io.Writer, plan Planned) error {
	page, err := htmlPageOf(reviewOf(plan))
	if err != nil {
		return err
	}
	return planTemplate.Execute(w, page)
}

// htmlPage is all that the template shows.
type htmlPage struct {
	Policy string
	Style  template.CSS
	Script template.JS

	Title, Kind, Release string
	Facts                []htmlFact
	Notes                []string
	Closing              string
	Counts               []htmlCount
	Legend               []htmlCount
	Risks                []htmlRisk
	NoRisks              string
	Warnings             []htmlWarning
	Picture              *picture
	Groups               []htmlGroup
	Waiting              []string
	Next                 []string
	KeptTitle            string
	Kept                 []htmlKept
	Outputs              []string
}

type htmlFact struct{ Label, Value string }

type htmlCount struct {
	Class, Sign, Word string
	Count             int
}

// htmlWord is the word of a risk.
type htmlWord struct{ Class, Text string }

type htmlRisk struct {
	Words                     []htmlWord
	Grave                     bool
	Object, Link, Place, Text string
}

type htmlWarning struct {
	Summary, Place string
	Detail         []string
}

type htmlGroup struct {
	Anchor, Title, Counts string
	Words                 []htmlWord
	Open                  bool
	Items                 []htmlItem
}

type htmlItem struct {
	Anchor, Class, Sign, Word, Kind, Name, Place string
	Words                                        []htmlWord
	Notes                                        []string
	Impact                                       string
	Diff                                         []htmlLine
	Needs                                        string
}

type htmlLine struct{ Class, Sign, Text string }

type htmlKept struct{ Object, Reason string }

func htmlPageOf(r *review) (*htmlPage, error) {
	style, err := assets.ReadFile("assets/plan.css")
	if err != nil {
		return nil, err
	}
	script, err := assets.ReadFile("assets/plan.js")
	if err != nil {
		return nil, err
	}
	page := &htmlPage{
		Style: template.CSS(style), Script: template.JS(script), //nolint:gosec // they are parts of the program
		Policy: fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", sourceHash(style), sourceHash(script)),
		Title:  printable(releaseTitle(r.Release)), Kind: r.kind(), Release: printable(r.Release.Name),
		Notes: printables(r.notes()), Closing: printable(closingText(r.Plan)),
	}
	for _, f := range r.facts()[1:] { // the first is the release
		page.Facts = append(page.Facts, htmlFact{sentence(f.label), printable(f.value)})
	}
	page.addCounts(r)
	page.addRisks(r)
	if !r.Empty() {
		picture := pictureOf(r)
		page.Picture = &picture
		page.addGroups(r)
		page.addRest(r)
	}
	page.addWaiting(r)
	return page, nil
}

// sourceHash is how a policy names a style or script that it allows.
func sourceHash(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func printables(texts []string) []string {
	clean := make([]string, len(texts))
	for i, text := range texts {
		clean[i] = printable(text)
	}
	return clean
}

func (page *htmlPage) addCounts(r *review) {
	for _, c := range actionWords {
		n := r.Count(c.action)
		count := htmlCount{actionClass(c.action), actionSign(c.action), r.toDo(c.action), n}
		if n > 0 || c.action != planner.Run && r.Release.Switch == "" && !r.isDrift() {
			page.Counts = append(page.Counts, count)
		}
		if n > 0 {
			count.Word = r.word(c.action)
			page.Legend = append(page.Legend, count)
		}
	}
	same := htmlCount{actionClass(planner.NoOp), actionSign(planner.NoOp), "unchanged", r.Count(planner.NoOp)}
	page.Counts = append(page.Counts, same)
	if same.Count > 0 {
		page.Legend = append(page.Legend, same)
	}
	if r.Empty() {
		page.Counts = nil
	}
}

func (page *htmlPage) addRisks(r *review) {
	if len(r.risks) == 0 && !r.Empty() {
		page.NoRisks = noRisks
	}
	for _, risk := range r.risks {
		shown := htmlRisk{Words: htmlWordsOf(risk.words), Text: printable(risk.text)}
		shown.Grave = slices.ContainsFunc(shown.Words, func(w htmlWord) bool { return w.Class != "" })
		if risk.change != nil {
			shown.Object, shown.Place = printable(risk.change.ID.String()), printable(risk.change.Origin.String())
			if isTold(risk.change) {
				shown.Link = changeAnchor(r.indexOf(risk.change))
			}
		}
		page.Risks = append(page.Risks, shown)
	}
	for _, warning := range r.Warnings {
		page.Warnings = append(page.Warnings, htmlWarning{
			printable(warning.Summary), printable(warning.Origin.String()), printables(linesOf(warning.Detail)),
		})
	}
	if text := provisionalText(r.Plan); text != "" {
		page.Warnings = append(page.Warnings, htmlWarning{Summary: "Provisional names", Detail: []string{printable(text)}})
	}
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimRight(text, "\n"), "\n")
}

// htmlWordsOf returns the words of risks, the gravest in a class of their own.
func htmlWordsOf(words []string) []htmlWord {
	shown := make([]htmlWord, len(words))
	for i, word := range words {
		shown[i].Text = word
		switch word {
		case "DATA", "DOWNTIME":
			shown[i].Class = "grave"
		case "REPLACED", "DELETED":
			shown[i].Class = "stern"
		}
	}
	return shown
}

// changeAnchor and groupAnchor name places of the page.
func changeAnchor(index int) string { return fmt.Sprintf("c%d", index+1) }

func groupAnchor(index int) string { return fmt.Sprintf("a%d", index+1) }

func (page *htmlPage) addGroups(r *review) {
	for i, g := range r.groups {
		group := htmlGroup{
			Anchor: groupAnchor(i), Title: printable(g.title()), Counts: g.counts, Words: htmlWordsOf(g.words), Open: len(r.groups) == 1,
		}
		for _, change := range g.changes {
			group.Items = append(group.Items, htmlItemOf(r, change))
		}
		page.Groups = append(page.Groups, group)
	}
}

// Of one diff: how many lines a page shows, and how many characters of each.
const (
	htmlDiffLines = 2000
	htmlDiffWidth = 4000
)

func htmlItemOf(r *review, change *planner.Change) htmlItem {
	item := htmlItem{
		Anchor: changeAnchor(r.indexOf(change)), Class: actionClass(change.Action), Sign: actionSign(change.Action), Word: r.word(change.Action),
		Kind: printable(change.ID.Kind), Name: printable(change.ID.Name), Place: printable(change.Origin.String()),
		Words: htmlWordsOf(r.riskOf(change).words), Notes: printables(noteOf(change)), Impact: printable(change.Impact),
	}
	for _, line := range shortened(r.diffOf(change), htmlDiffLines, htmlDiffWidth) {
		item.Diff = append(item.Diff, htmlLineOf(line))
	}
	var needs []string
	for _, need := range change.Needs {
		text := need.ID.String()
		if need.Gate != planner.Applied {
			text += " is " + string(need.Gate)
		}
		needs = append(needs, text)
	}
	item.Needs = printable(strings.Join(needs, ", "))
	return item
}

func htmlLineOf(line diffLine) htmlLine {
	switch line.sign {
	case signField:
		return htmlLine{"field", "", line.text}
	case signPlus:
		return htmlLine{"plus", "+", line.text}
	case signMinus:
		return htmlLine{"minus", "−", line.text}
	case signNote:
		return htmlLine{"remark", "!", line.text}
	}
	return htmlLine{"", "", line.text}
}

func (page *htmlPage) addRest(r *review) {
	if r.Release.Switch == "" {
		page.KeptTitle = keptTitle(r.Release)
		for _, object := range r.Kept {
			page.Kept = append(page.Kept, htmlKept{printable(object.ID.String()), printable(object.Reason)})
		}
	}
	for _, output := range r.Outputs {
		page.Outputs = append(page.Outputs, printables(strings.Split(output.text(), "\n"))...)
	}
}

func (page *htmlPage) addWaiting(r *review) {
	stage, waiting := r.waitingStage()
	for _, w := range r.Waiting {
		page.Waiting = append(page.Waiting, printable(w.App+": "+waitingText(w, stage)))
	}
	for _, command := range nextCommands(waiting, r.Where) {
		if command.usual && len(page.Waiting) > 0 {
			page.Next = append(page.Next, printable(command.Command))
		}
	}
}
