package view

import (
	"cmp"
	"slices"
)

// Measures of a picture, in pixels. Numbers are whole everywhere, so that a plan gives
// the same picture on every machine.
const (
	nodeWidth  = 204
	nodeHeight = 44
	nodeGap    = 16 // between nodes side by side
	rowGap     = 12 // between rows of one layer
	layerGap   = 40 // between layers, for the arrows
	bendWidth  = 8  // of the place that an arrow passes a layer at
	blockGap   = 32 // between parts of the picture that nothing connects
	rowMost    = 5  // nodes in a row
	pageWidth  = rowMost*nodeWidth + (rowMost-1)*nodeGap
	sweeps     = 8 // over the layers, each of which shortens arrows
)

type point struct{ x, y int }

func (p point) plus(q point) point { return point{p.x + q.x, p.y + q.y} }

// arrow leads from a node to one that waits for it.
type arrow struct{ from, to int }

// layout says where the nodes of a graph are, and which way its arrows go.
type layout struct {
	width, height int
	corners       map[int]point     // of the nodes, top left
	ways          map[arrow][]point // from the bottom of one node to the top of the other
}

func (l *layout) add(block layout, at point) {
	for node, corner := range block.corners {
		l.corners[node] = corner.plus(at)
	}
	for a, way := range block.ways {
		moved := make([]point, len(way))
		for i, p := range way {
			moved[i] = p.plus(at)
		}
		l.ways[a] = moved
	}
	l.width, l.height = max(l.width, at.x+block.width), max(l.height, at.y+block.height)
}

func newLayout() layout { return layout{corners: map[int]point{}, ways: map[arrow][]point{}} }

// arrange lays out nodes, of which the arrows must form no circle: each connected part for
// itself, layer under layer, and the parts beside and under each other.
func arrange(nodes int, arrows []arrow) layout {
	all := newLayout()
	at, tallest := point{}, 0
	for _, part := range parts(nodes, arrows) {
		block := layered(part, arrows)
		if at.x > 0 && at.x+block.width > pageWidth {
			at, tallest = point{0, at.y + tallest + blockGap}, 0
		}
		all.add(block, at)
		at.x += block.width + nodeGap
		tallest = max(tallest, block.height)
	}
	return all
}

// parts returns the nodes that arrows connect, by their first nodes.
func parts(nodes int, arrows []arrow) [][]int {
	first := make([]int, nodes) // of the part that each node is known to be in
	for i := range first {
		first[i] = i
	}
	var find func(i int) int
	find = func(i int) int {
		if first[i] != i {
			first[i] = find(first[i])
		}
		return first[i]
	}
	for _, a := range arrows {
		x, y := find(a.from), find(a.to)
		first[max(x, y)] = min(x, y)
	}
	members := make([][]int, nodes)
	for i := range nodes {
		members[find(i)] = append(members[find(i)], i)
	}
	return slices.DeleteFunc(members, func(part []int) bool { return len(part) == 0 })
}

// cell is a place in a layer: that of a node, or one where an arrow passes.
type cell struct {
	node         int // -1: an arrow passes
	width        int
	x            int // of the center
	above, below []*cell
}

// layered lays out the nodes of one part.
func layered(part []int, arrows []arrow) layout {
	level, arrows := levels(part, arrows)
	layers := make([][]*cell, 1+slices.Max(levelsOf(part, level)))
	cells := make(map[int]*cell, len(part))
	for _, node := range part {
		cells[node] = &cell{node: node, width: nodeWidth}
		layers[level[node]] = append(layers[level[node]], cells[node])
	}
	wide := func(layer int) bool { return len(layers[layer]) > rowMost }
	passed := make([]bool, len(layers)) // by arrows that find a place there
	for i := range layers {
		passed[i] = !wide(i)
	}
	chains := make([][]*cell, len(arrows))
	for i, a := range arrows {
		chain := []*cell{cells[a.from]}
		for layer := level[a.from] + 1; layer < level[a.to]; layer++ {
			if passed[layer] {
				bend := &cell{node: -1, width: bendWidth}
				layers[layer] = append(layers[layer], bend)
				chain = append(chain, bend)
			}
		}
		chains[i] = append(chain, cells[a.to])
		for k, c := range chains[i][1:] {
			chains[i][k].below = append(chains[i][k].below, c)
			c.above = append(c.above, chains[i][k])
		}
	}
	untangle(layers, passed)
	return draw(layers, passed, arrows, chains)
}

func levelsOf(part []int, level map[int]int) []int {
	levels := make([]int, len(part))
	for i, node := range part {
		levels[i] = level[node]
	}
	return levels
}

// levels returns how many arrows lead to each node of a part one after the other, at
// most, and the arrows of the part.
func levels(part []int, arrows []arrow) (map[int]int, []arrow) {
	in := make(map[int]bool, len(part))
	for _, node := range part {
		in[node] = true
	}
	var own []arrow
	waits := make(map[int]int)
	next := make(map[int][]int)
	for _, a := range arrows {
		if in[a.from] {
			own = append(own, a)
			waits[a.to]++
			next[a.from] = append(next[a.from], a.to)
		}
	}
	level := make(map[int]int, len(part))
	queue := slices.DeleteFunc(slices.Clone(part), func(node int) bool { return waits[node] > 0 })
	for len(queue) > 0 {
		node := queue[0]
		queue = queue[1:]
		for _, to := range next[node] {
			level[to] = max(level[to], level[node]+1)
			if waits[to]--; waits[to] == 0 {
				queue = append(queue, to)
			}
		}
	}
	return level, own
}

// untangle puts the cells of the layers that are one row into an order and at places that
// make arrows short and straight. Wider layers stay as they are.
func untangle(layers [][]*cell, single []bool) {
	for i, layer := range layers {
		if single[i] {
			spread(layer, len(layer))
		} else {
			spread(layer, rowMost)
		}
	}
	for sweep := range sweeps {
		down := sweep%2 == 0
		for i := range layers {
			layer := i
			if !down {
				layer = len(layers) - 1 - i
			}
			if !single[layer] {
				continue
			}
			want := make(map[*cell]int)
			for _, c := range layers[layer] {
				want[c] = c.pull(down)
			}
			if sweep < sweeps/2 {
				slices.SortStableFunc(layers[layer], func(a, b *cell) int { return cmp.Compare(want[a], want[b]) })
			}
			settle(layers[layer], want)
		}
	}
}

// pull returns where the neighbours of a cell on one side would have it.
func (c *cell) pull(down bool) int {
	near := c.below
	if down {
		near = c.above
	}
	if len(near) == 0 {
		return c.x
	}
	sum := 0
	for _, n := range near {
		sum += n.x
	}
	return sum / len(near)
}

// spread puts the cells of a layer side by side around 0, so many in a row.
func spread(layer []*cell, most int) {
	for row := range slices.Chunk(layer, most) {
		width := -nodeGap
		for _, c := range row {
			width += c.width + nodeGap
		}
		x := -width / 2
		for _, c := range row {
			c.x = x + c.width/2
			x += c.width + nodeGap
		}
	}
}

// settle puts cells, in their order, as near as can be to where they want to be. Those
// that would overlap stand side by side around the middle of what they want.
func settle(layer []*cell, want map[*cell]int) {
	type cluster struct{ first, count, sum, width int } // sum of the left ends that its cells want
	var clusters []cluster
	left := func(c cluster) int { return c.sum / c.count }
	for i, c := range layer {
		now := cluster{first: i, count: 1, sum: want[c] - c.width/2, width: c.width + nodeGap}
		for len(clusters) > 0 {
			before := clusters[len(clusters)-1]
			if left(before)+before.width <= left(now) {
				break
			}
			clusters = clusters[:len(clusters)-1]
			now = cluster{before.first, before.count + now.count, before.sum + now.sum - now.count*before.width, before.width + now.width}
		}
		clusters = append(clusters, now)
	}
	for _, group := range clusters {
		x := left(group)
		for _, c := range layer[group.first : group.first+group.count] {
			c.x = x + c.width/2
			x += c.width + nodeGap
		}
	}
}

// draw gives the cells their places on the page, and the arrows their ways.
func draw(layers [][]*cell, single []bool, arrows []arrow, chains [][]*cell) layout {
	l := newLayout()
	tops := make(map[*cell]int)
	leftmost := 0
	for _, layer := range layers {
		for _, c := range layer {
			leftmost = min(leftmost, c.x-c.width/2)
		}
	}
	y := 0
	for i, layer := range layers {
		rows := [][]*cell{layer}
		if !single[i] {
			rows = slices.Collect(slices.Chunk(layer, rowMost))
		}
		for _, row := range rows {
			for _, c := range row {
				c.x -= leftmost
				tops[c] = y
				l.width = max(l.width, c.x+c.width/2)
				if c.node >= 0 {
					l.corners[c.node] = point{c.x - c.width/2, y}
				}
			}
			y += nodeHeight + rowGap
		}
		y += layerGap - rowGap
	}
	l.height = y - layerGap
	for i, a := range arrows {
		var way []point
		for k, c := range chains[i] {
			if k > 0 {
				way = append(way, point{c.x, tops[c]})
			}
			if k < len(chains[i])-1 {
				way = append(way, point{c.x, tops[c] + nodeHeight})
			}
		}
		l.ways[a] = way
	}
	return l
}
