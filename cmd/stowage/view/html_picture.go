package view

import (
	"fmt"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"stowage/planner"
)

// picture shows the order in which objects are changed; drift has none.
func (p htmlPage) picture() g.Node {
	if p.Empty() || p.isDrift() {
		return nil
	}
	picture := pictureOf(p.review)
	boxes, hint := "object", "Each box is an object."
	if picture.grouped {
		boxes, hint = "app", "Each box is an app, with how many of its objects change."
	}
	hint += " Arrows lead from what comes first to what waits for it."
	if len(picture.hidden) > 0 {
		hint += " Not drawn: " + strings.Join(picture.hidden, ", ") + "."
	}
	size := fmt.Sprintf("0 0 %d %d", picture.width, picture.height)
	desc := fmt.Sprintf("%s and %s, in the order of the plan from top to bottom. The details below say the same in words.",
		plural(len(picture.nodes), boxes), plural(len(picture.arrows), "arrow"))
	drawn := []g.Node{
		g.El("title", h.ID("picture-title"), said(releaseTitle(p.Release))),
		g.El("desc", h.ID("picture-desc"), said(desc)),
		arrowHead(),
		g.El("g", h.Class("arrows"), h.Aria("hidden", "true"), lines(g.Map(picture.arrows, pictureArrow.draw)...)),
	}
	for i, node := range picture.nodes {
		drawn = append(drawn, node.draw(i))
	}
	return section("picture", "Order",
		h.P(h.Class("hint"), said(hint)),
		h.Ul(h.Class("legend"), h.Aria("label", "Signs"), lines(p.legend()...)),
		h.Div(h.Class("canvas"), h.TabIndex("0"), h.Role("region"), h.Aria("labelledby", "picture"), lines(
			h.SVG(g.Attr("xmlns", "http://www.w3.org/2000/svg"), number("width", picture.width), number("height", picture.height), g.Attr("viewBox", size),
				h.Role("group"), h.Aria("labelledby", "picture-title picture-desc"), lines(drawn...)),
		)),
	)
}

// legend explains the signs and lines.
func (p htmlPage) legend() []g.Node {
	var items []g.Node
	item := func(action planner.Action) {
		if p.Count(action) > 0 {
			items = append(items, h.Li(h.Class(actionClass(action)), p.mark(action), said(" "+p.word(action))))
		}
	}
	for _, c := range actionWords {
		item(c.action)
	}
	item(planner.NoOp)
	return append(items, h.Li(h.Class("line"), said("waits until it is ready")), h.Li(h.Class("line thin"), said("waits until it is applied or gone")))
}

func number(name string, value int) g.Node { return g.Attr(name, fmt.Sprint(value)) }

func arrowHead() g.Node {
	return g.El("defs", g.El("marker", h.ID("head"), g.Attr("viewBox", "0 0 8 8"), number("refX", 7), number("refY", 4),
		number("markerWidth", 7), number("markerHeight", 7), g.Attr("orient", "auto"), g.El("path", h.Class("head"), g.Attr("d", "M0 0L8 4L0 8z"))))
}

func (a pictureArrow) draw() g.Node {
	return g.El("path", h.Class("arrow "+a.class), number("data-from", a.from), number("data-to", a.to), g.Attr("d", a.path), g.Attr("marker-end", "url(#head)"))
}

func (n pictureNode) draw(index int) g.Node {
	text := func(class string, x, y int, text string, attributes ...g.Node) g.Node {
		return g.If(text != "", g.El("text", h.Class(class), number("x", n.x+x), number("y", n.y+y), g.Group(attributes), said(text)))
	}
	hidden := h.Aria("hidden", "true") // the title says it
	alert := ""
	if n.alert {
		alert = "!"
	}
	class := h.Class("node " + n.class)
	content := g.Group{
		number("data-node", index), g.El("title", said(n.title)),
		g.El("rect", number("x", n.x), number("y", n.y), number("width", nodeWidth), number("height", nodeHeight), number("rx", 6)), g.Raw("\n"),
		text("sign", 19, 28, n.sign, hidden), text("small", 38, 17, n.small), text("name", 38, 34, n.name), text("alert", nodeWidth-15, 28, alert, hidden),
	}
	if n.link == "" {
		return g.El("g", class, h.Role("img"), h.Aria("label", n.title), content)
	}
	return h.A(class, h.Href("#"+n.link), content)
}
