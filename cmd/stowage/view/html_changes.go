package view

import (
	"fmt"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"stowage/planner"
)

// changeAnchor and groupAnchor name places of the page.
func changeAnchor(index int) string { return fmt.Sprintf("c%d", index+1) }

func groupAnchor(index int) string { return fmt.Sprintf("a%d", index+1) }

func (p htmlPage) changes() g.Node {
	if p.Empty() || len(p.groups) == 0 {
		return nil
	}
	nodes := []g.Node{h.Div(h.Class("tools"), h.ID("tools"), g.Attr("hidden"), lines( // the script shows it
		h.Label(h.For("filter"), said("Filter")),
		h.Input(h.ID("filter"), h.Type("search"), h.AutoComplete("off"), g.Attr("spellcheck", "false"), h.Placeholder("name, kind, field, value")),
		h.Button(h.Type("button"), h.ID("expand"), said("Open all")),
		h.Button(h.Type("button"), h.ID("collapse"), said("Close all")),
		h.Span(h.ID("found"), h.Role("status")),
	))}
	for i := range p.groups {
		nodes = append(nodes, p.group(i))
	}
	return section("changes", "Changes", nodes...)
}

func (p htmlPage) group(index int) g.Node {
	group := &p.groups[index]
	return h.Details(
		h.Class("app"), h.ID(groupAnchor(index)), g.If(len(p.groups) == 1, g.Attr("open")),
		lines(slices.Insert([]g.Node(g.Map(group.changes, p.change)), 0,
			h.Summary(h.H3(said(group.title())), said(" "), h.Span(h.Class("tally"), said(group.counts)), besideHeading(group.words)))...),
	)
}

// besideHeading are the words of risks beside a heading.
func besideHeading(words []string) g.Node {
	return g.Map(words, func(word string) g.Node { return g.Group{said(" "), riskWord(word)} })
}

// Of one diff: how many lines a page shows, and how many characters of each.
const (
	htmlDiffLines = 2000
	htmlDiffWidth = 4000
)

func (p htmlPage) change(change *planner.Change) g.Node {
	anchor := changeAnchor(p.indexOf(change))
	nodes := []g.Node{h.H4(
		h.ID(anchor+"-h"), p.mark(change.Action), h.Span(h.Class("sr"), said(p.word(change.Action)+": ")),
		h.Span(h.Class("objkind"), said(change.ID.Kind)), said(" "), h.Span(h.Class("objname"), said(change.ID.Name)),
		besideHeading(p.riskOf(change).words), place(change.Origin),
	)}
	for _, note := range noteOf(change) {
		nodes = append(nodes, h.P(said(note)))
	}
	if change.Impact != "" {
		nodes = append(nodes, tagged("impact", "Impact", change.Impact))
	}
	if diff := shortened(p.diffOf(change), htmlDiffLines, htmlDiffWidth); len(diff) > 0 {
		nodes = append(nodes, h.Div(h.Class("diff"), lines(g.Map(diff, htmlLine)...)))
	}
	if len(change.Needs) > 0 {
		nodes = append(nodes, tagged("needs", "After", needsText(change.Needs)))
	}
	return h.Article(h.Class(actionClass(p.seenAs(change.Action))), h.ID(anchor), h.Aria("labelledby", anchor+"-h"), h.TabIndex("-1"), lines(nodes...))
}

// tagged is a paragraph that begins with a word.
func tagged(class, tag, text string) g.Node {
	return h.P(h.Class(class), h.Span(h.Class("tag"), said(tag)), said(" "+text))
}

func htmlLine(line diffLine) g.Node {
	class, sign := "", ""
	switch line.sign {
	case signField:
		class = "field"
	case signPlus:
		class, sign = "plus", "+"
	case signMinus:
		class, sign = "minus", "−"
	case signNote:
		class, sign = "remark", "!"
	}
	return h.Div(h.Class(class), h.Span(h.Class("s"), said(sign)), h.Span(h.Class("t"), said(line.text)))
}

// needsText names what comes first: "Secret db, StatefulSet db is ready".
func needsText(needs []planner.Need) string {
	texts := make([]string, len(needs))
	for i, need := range needs {
		texts[i] = need.ID.String()
		if need.Gate != planner.Applied {
			texts[i] += " is " + string(need.Gate)
		}
	}
	return strings.Join(texts, ", ")
}
