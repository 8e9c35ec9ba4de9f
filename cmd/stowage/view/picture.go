package view

import (
	"fmt"
	"slices"
	"strings"

	"stowage/planner"
)

// picture is a plan as a graph: what is done, in the order in which that happens.
type picture struct {
	width, height int
	nodes         []pictureNode
	arrows        []pictureArrow
	grouped       bool     // nodes are apps, and not objects
	hidden        []string // says which arrows are not drawn
}

// pictureNode is an object, or an app with all its objects.
type pictureNode struct {
	x, y  int
	class string // of the action, for its colour
	sign  string // of the action, for those who do not see the colour
	small string // above the name
	name  string // as far as there is room
	title string // all that is to know in a line
	link  string // of the details; empty: there are none
	alert bool   // data may be lost, or nothing answers for a while
	app   string
}

// warn adds the words of risks.
func (n *pictureNode) warn(words []string) {
	n.title += ". " + strings.Join(words, ", ")
	n.alert = slices.ContainsFunc(words, func(word string) bool { return wordClass(word) == "grave" })
}

// pictureArrow leads to what waits.
type pictureArrow struct {
	path  string // as SVG draws it
	class string // of the gate
	from  int    // index of the node
	to    int
}

// Limits of a picture.
const (
	objectsDrawn = 60 // plans of more objects are drawn app by app
	arrowsDrawn  = 8  // from or to a node; of more none is drawn
	nameColumns  = 21
)

// pictureOf draws the graph of a plan.
func pictureOf(r *review) picture {
	p := picture{grouped: len(r.Changes) > objectsDrawn}
	nodeOf := make(map[planner.ObjectID]int, len(r.Changes))
	if p.grouped {
		p.appNodes(r, nodeOf)
	} else {
		p.objectNodes(r, nodeOf)
	}
	arrows, gates := arrowsOf(r.Plan, nodeOf)
	arrows = p.hideCrowds(withoutShortcuts(len(p.nodes), withoutCircles(len(p.nodes), arrows)))
	p.place(arrange(len(p.nodes), arrows), arrows, gates)
	return p
}

func (p *picture) objectNodes(r *review, nodeOf map[planner.ObjectID]int) {
	for i := range r.Changes {
		change := &r.Changes[i]
		nodeOf[change.ID] = i
		node := pictureNode{
			class: actionClass(change.Action), sign: actionSign(change.Action), small: shortName(change.ID.Kind), name: shortName(change.ID.Name),
			title: printable(change.ID.String()) + ": " + r.word(change.Action),
		}
		if isTold(change) {
			node.link = changeAnchor(i)
		}
		if words := r.riskOf(change).words; len(words) > 0 {
			node.warn(words)
		}
		p.nodes = append(p.nodes, node)
	}
}

func (p *picture) appNodes(r *review, nodeOf map[planner.ObjectID]int) {
	indexOf := make(map[string]int)
	counts := []map[planner.Action]int{}
	for i := range r.Changes {
		change := &r.Changes[i]
		index, ok := indexOf[change.App]
		if !ok {
			index = len(counts)
			indexOf[change.App] = index
			counts = append(counts, map[planner.Action]int{})
			p.nodes = append(p.nodes, pictureNode{app: change.App})
		}
		nodeOf[change.ID] = index
		counts[index][change.Action]++
	}
	for i := range p.nodes {
		node := &p.nodes[i]
		g := group{app: node.app}
		count := func(a planner.Action) int { return counts[i][a] }
		action := gravest(count)
		node.class, node.sign, node.name = actionClass(action), actionSign(action), shortName(g.title())
		node.small = smallCounts(count)
		node.title = printable(g.title()) + ": " + r.countsText(count)
		if k := slices.IndexFunc(r.groups, func(g group) bool { return g.app == node.app }); k >= 0 {
			node.link = groupAnchor(k)
			if words := r.groups[k].words; len(words) > 0 {
				node.warn(words)
			}
		}
	}
}

// gravest returns the action of several that a picture shows.
func gravest(count func(planner.Action) int) planner.Action {
	for _, action := range []planner.Action{planner.Delete, planner.Replace, planner.Update, planner.Adopt, planner.Create, planner.Run} {
		if count(action) > 0 {
			return action
		}
	}
	return planner.NoOp
}

// smallCounts returns "+2 ~1 =4".
func smallCounts(count func(planner.Action) int) string {
	var parts []string
	for _, action := range []planner.Action{planner.Adopt, planner.Create, planner.Update, planner.Replace, planner.Delete, planner.Run, planner.NoOp} {
		if n := count(action); n > 0 {
			parts = append(parts, fmt.Sprintf("%s%d", actionSign(action), n))
		}
	}
	return strings.Join(parts, " ")
}

// actionSign returns the sign of an action as pages show it.
func actionSign(action planner.Action) string {
	if action == planner.Delete {
		return "−"
	}
	return mark(action).text
}

// actionClass names an action in style sheets.
func actionClass(action planner.Action) string {
	switch action {
	case planner.NoOp:
		return "same"
	case planner.Update:
		return "change"
	}
	return string(action)
}

// shortName returns a name as far as there is room; its beginning and its end tell most.
func shortName(name string) string {
	runes := []rune(printable(name))
	if len(runes) <= nameColumns {
		return string(runes)
	}
	const end = 8
	return string(runes[:nameColumns-end-1]) + "…" + string(runes[len(runes)-end:])
}

// arrowsOf returns the arrows between nodes, in the order of the plan, and the strictest
// gate that each stands for.
func arrowsOf(plan *planner.Plan, nodeOf map[planner.ObjectID]int) ([]arrow, map[arrow]planner.Gate) {
	var arrows []arrow
	gates := make(map[arrow]planner.Gate)
	for i := range plan.Changes {
		change := &plan.Changes[i]
		for _, need := range change.Needs {
			from, ok := nodeOf[need.ID]
			a := arrow{from, nodeOf[change.ID]}
			if !ok || a.from == a.to {
				continue
			}
			if gates[a] == "" {
				arrows = append(arrows, a)
			}
			if gates[a] != planner.Ready {
				gates[a] = need.Gate
			}
		}
	}
	return arrows, gates
}

// withoutCircles leaves out the arrows that close a circle: apps can wait for each other,
// though their objects do not.
func withoutCircles(nodes int, arrows []arrow) []arrow {
	next := make([][]int, nodes)
	reaches := func(from, to int) bool {
		seen := make([]bool, nodes)
		stack := []int{from}
		for len(stack) > 0 {
			node := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if node == to {
				return true
			}
			if !seen[node] {
				seen[node] = true
				stack = append(stack, next[node]...)
			}
		}
		return false
	}
	return slices.DeleteFunc(slices.Clone(arrows), func(a arrow) bool {
		if reaches(a.to, a.from) {
			return true
		}
		next[a.from] = append(next[a.from], a.to)
		return false
	})
}

// withoutShortcuts leaves out the arrows between nodes that others connect: who waits for
// something waits for all that this waits for.
func withoutShortcuts(nodes int, arrows []arrow) []arrow {
	next := make([][]int, nodes)
	for _, a := range arrows {
		next[a.from] = append(next[a.from], a.to)
	}
	below := make([]map[int]bool, nodes) // all that waits for a node, at any distance
	var reach func(node int) map[int]bool
	reach = func(node int) map[int]bool {
		if below[node] == nil {
			below[node] = map[int]bool{}
			for _, to := range next[node] {
				below[node][to] = true
				for far := range reach(to) {
					below[node][far] = true
				}
			}
		}
		return below[node]
	}
	return slices.DeleteFunc(slices.Clone(arrows), func(a arrow) bool {
		return slices.ContainsFunc(next[a.from], func(via int) bool { return via != a.to && reach(via)[a.to] })
	})
}

// hideCrowds leaves out the arrows of nodes that have too many, and notes it.
func (p *picture) hideCrowds(arrows []arrow) []arrow {
	out, in := make([]int, len(p.nodes)), make([]int, len(p.nodes))
	for _, a := range arrows {
		out[a.from]++
		in[a.to]++
	}
	for i, node := range p.nodes {
		name := strings.TrimSpace(node.small + " " + node.name)
		if p.grouped {
			name = node.name
		}
		if out[i] > arrowsDrawn {
			p.hidden = append(p.hidden, fmt.Sprintf("%d arrows from %s", out[i], name))
		}
		if in[i] > arrowsDrawn {
			p.hidden = append(p.hidden, fmt.Sprintf("%d arrows to %s", in[i], name))
		}
	}
	return slices.DeleteFunc(slices.Clone(arrows), func(a arrow) bool { return out[a.from] > arrowsDrawn || in[a.to] > arrowsDrawn })
}

// margin is the room around a picture, for the outline of a node that has the focus.
const margin = 6

// place puts the nodes and arrows where the layout has them.
func (p *picture) place(l layout, arrows []arrow, gates map[arrow]planner.Gate) {
	p.width, p.height = l.width+2*margin, l.height+2*margin
	for i := range p.nodes {
		p.nodes[i].x, p.nodes[i].y = l.corners[i].x+margin, l.corners[i].y+margin
	}
	for _, a := range arrows {
		p.arrows = append(p.arrows, pictureArrow{path: pathOf(l.ways[a]), class: string(gates[a]), from: a.from, to: a.to})
	}
}

// pathOf draws a way: curves between layers, and straight lines past them.
func pathOf(way []point) string {
	var path strings.Builder
	for i, p := range way {
		p = p.plus(point{margin, margin})
		switch {
		case i == 0:
			fmt.Fprintf(&path, "M%d %d", p.x, p.y)
		case i%2 == 0:
			fmt.Fprintf(&path, "V%d", p.y)
		default:
			from := way[i-1].plus(point{margin, margin})
			half := (p.y - from.y) / 2
			fmt.Fprintf(&path, "C%d %d %d %d %d %d", from.x, from.y+half, p.x, p.y-half, p.x, p.y)
		}
	}
	return path.String()
}
