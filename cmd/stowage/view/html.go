package view

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // for the style and the script
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"stowage/planner"
)

// What pages look like, and what they do. All else that is on them is escaped.
var (
	//go:embed assets/plan.css
	htmlStyle string
	//go:embed assets/plan.js
	htmlScript string
)

// HTML writes a plan as one page that asks for nothing else: its style and its script are
// in it, and its policy allows these two alone.
//
// It is made by Go code and not by a template: the packages for templates call methods by
// their names, so that the linker could leave out no method of any type.
func HTML(w io.Writer, plan Planned) error {
	out := bufio.NewWriter(w)
	if err := (htmlPage{reviewOf(plan)}).document().Render(out); err != nil {
		return err
	}
	return out.Flush()
}

// htmlPage draws a review as a page.
type htmlPage struct{ *review }

func (p htmlPage) document() g.Node {
	return h.Doctype(lines(h.HTML(h.Lang("en"), lines(
		h.Head(lines(
			h.Meta(h.Charset("utf-8")),
			h.Meta(g.Attr("http-equiv", "Content-Security-Policy"), h.Content(htmlPolicy())),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("color-scheme"), h.Content("light dark")),
			h.Meta(h.Name("referrer"), h.Content("no-referrer")),
			h.Meta(h.Name("generator"), h.Content("stowage")),
			h.TitleEl(said(releaseTitle(p.Release))),
			h.StyleEl(g.Raw(htmlStyle)),
		)),
		h.Body(lines(
			h.A(h.Class("skip"), h.Href("#main"), said("Skip to the plan")),
			p.header(),
			h.Main(h.ID("main"), h.TabIndex("-1"), lines(
				p.summary(), p.riskSection(), p.warningSection(), p.picture(), p.changes(), p.afterwards(), p.kept(), p.outputs(),
			)),
			h.Footer(h.P(said("Made by stowage. This page is complete: it loads nothing, and sends nothing."))),
			h.Script(g.Raw(htmlScript)),
		)),
	))))
}

func htmlPolicy() string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
	}
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", hash(htmlStyle), hash(htmlScript))
}

// said is text of which every character is shown.
func said(text string) g.Node { return g.Text(printable(text)) }

// lines writes nodes on lines of their own; those that are nil are left out.
func lines(nodes ...g.Node) g.Node {
	newline := g.Raw("\n")
	apart := g.Group{newline}
	for _, node := range nodes {
		if node != nil {
			apart = append(apart, node, newline)
		}
	}
	return apart
}

// section is a part of the page under a heading.
func section(id, heading string, nodes ...g.Node) g.Node {
	return h.Section(h.Aria("labelledby", id), lines(slices.Insert(nodes, 0, h.H2(h.ID(id), said(heading)))...))
}

// list is an item for each of all; its class says what it looks like.
func list[T any](class string, all []T, item func(T) g.Node) g.Node {
	return h.Ul(h.Class(class), lines(g.Map(all, item)...))
}

func (p htmlPage) header() g.Node {
	nodes := []g.Node{
		h.P(h.Class("kind"), said(p.kind())),
		h.H1(said(p.Release.Name)),
		h.Dl(h.Class("facts"), lines(g.Map(p.facts()[1:], func(f fact) g.Node { // the first is the release
			return h.Div(h.Dt(said(sentence(f.label))), h.Dd(said(f.value)))
		})...)),
	}
	for _, note := range p.notes() {
		nodes = append(nodes, h.P(h.Class("note"), said(note)))
	}
	return h.Header(lines(nodes...))
}

func (p htmlPage) summary() g.Node {
	if p.Empty() {
		return h.Section(h.Aria("labelledby", "summary"), lines(h.H2(h.ID("summary"), h.Class("closing"), said(closingText(p.Plan)))))
	}
	var counts []g.Node
	count := func(action planner.Action, words string) {
		class, n := actionClass(p.seenAs(action)), p.Count(action)
		if n == 0 {
			class += " none"
		}
		counts = append(counts, h.Li(h.Class(class), p.mark(action), said(" "), h.B(said(fmt.Sprint(n))), said(" "+words)))
	}
	for _, c := range actionWords {
		if p.Count(c.action) > 0 || c.action != planner.Run && c.action != planner.Adopt && p.Release.Switch == "" && !p.isDrift() {
			count(c.action, p.toDo(c.action))
		}
	}
	count(planner.NoOp, p.word(planner.NoOp))
	return h.Section(h.Aria("labelledby", "summary"), lines(
		h.H2(h.ID("summary"), h.Class("sr"), said(closingText(p.Plan))),
		h.Ul(h.Class("counts"), h.Aria("label", "Counts"), lines(counts...)),
	))
}

// mark is the sign of an action; what it means is said beside it.
func (p htmlPage) mark(action planner.Action) g.Node {
	return h.Span(h.Class("sign"), h.Aria("hidden", "true"), said(actionSign(p.seenAs(action))))
}

func (p htmlPage) riskSection() g.Node {
	switch {
	case len(p.risks) > 0:
		return section("risks", "Risks", list("risks", p.risks, p.risk))
	case p.Empty():
		return nil
	}
	return section("risks", "Risks", h.P(h.Class("fine"), said(noRisks)))
}

func (p htmlPage) risk(risk risk) g.Node {
	return h.Li(
		g.If(slices.ContainsFunc(risk.words, func(word string) bool { return wordClass(word) != "" }), h.Class("grave")),
		h.Span(h.Class("words"), g.Map(risk.words, func(word string) g.Node { return g.Group{riskWord(word), said(" ")} })),
		g.Iff(risk.change != nil, func() g.Node {
			object := said(risk.change.ID.String())
			if isTold(risk.change) {
				object = h.A(h.Href("#"+changeAnchor(p.indexOf(risk.change))), object)
			}
			return h.Span(h.Class("what"), object, place(risk.change.Origin))
		}),
		g.If(risk.text != "", g.Group{said(" "), h.Span(h.Class("why"), said(risk.text))}),
	)
}

// riskWord is the word of a risk, the gravest in colours of their own.
func riskWord(word string) g.Node {
	return h.B(h.Class(strings.TrimSpace("word "+wordClass(word))), said(word))
}

func wordClass(word string) string {
	switch word {
	case "DATA", "DOWNTIME":
		return "grave"
	case "REPLACED", "DELETED":
		return "stern"
	}
	return ""
}

// place is where something is written; nil when that is nowhere.
func place(origin planner.Origin) g.Node {
	if origin.String() == "" {
		return nil
	}
	return g.Group{said(" "), h.Span(h.Class("place"), said(origin.String()))}
}

func (p htmlPage) warningSection() g.Node {
	warnings := slices.Clone(p.Warnings)
	if text := provisionalText(p.Plan); text != "" {
		warnings = append(warnings, planner.Warning{Summary: "Provisional names", Detail: text})
	}
	if len(warnings) == 0 {
		return nil
	}
	return section("warnings", "Warnings", list("plainlist", warnings, func(warning planner.Warning) g.Node {
		item := g.Group{h.B(said(warning.Summary)), place(warning.Origin)}
		if warning.Detail != "" {
			for line := range strings.SplitSeq(strings.TrimRight(warning.Detail, "\n"), "\n") {
				item = append(item, h.Br(), said(line))
			}
		}
		return h.Li(item)
	}))
}

func (p htmlPage) afterwards() g.Node {
	if len(p.Waiting) == 0 {
		return nil
	}
	stage, waiting := p.waitingStage()
	nodes := []g.Node{list("plainlist", p.Waiting, func(w planner.Waiting) g.Node { return h.Li(said(w.App + ": " + waitingText(w, stage))) })}
	for _, command := range nextCommands(waiting, p.Where) {
		if command.usual {
			nodes = append(nodes, h.P(said("Next: "), h.Code(said(command.Command))))
		}
	}
	return section("afterwards", "Afterwards", nodes...)
}

func (p htmlPage) kept() g.Node {
	if len(p.Kept) == 0 || p.Empty() || p.Release.Switch != "" {
		return nil
	}
	return section("kept", keptTitle(p.Release), h.Details(h.Class("fold"),
		h.Summary(said(plural(len(p.Kept), "object"))),
		list("plainlist", p.Kept, func(object planner.Kept) g.Node {
			return h.Li(h.Code(said(object.ID.String())), said(" "+object.Reason))
		}),
	))
}

func (p htmlPage) outputs() g.Node {
	if len(p.Outputs) == 0 || p.Empty() {
		return nil
	}
	var text []g.Node
	for _, output := range p.Outputs {
		for line := range strings.SplitSeq(output.text(), "\n") {
			text = append(text, said(line), g.Raw("\n"))
		}
	}
	return section("outputs", "Outputs once applied", h.Pre(h.Class("outputs"), g.Group(text)))
}
