package manifest

import (
	"maps"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	yamlnode "go.yaml.in/yaml/v3"
)

// mark is where a field or an item of a list begins.
type mark struct {
	line, column int // the column is that of the dash for an item of a block list
	path         string
	parent       int // index of the mark that it is in, -1 for the document
	flow         int // index of the mark with the outermost brackets that it is in or has, -1 for none
}

// outline is what comments are attached by: the marks of a document in the order of its text.
type outline struct {
	marks  []mark
	fences []fence
	filled map[int]bool // lines that have more than white space
}

// commentsOf returns the comments of a document by the paths of its fields. A comment above a field of the same
// indentation is that field's head, one behind it its line comment. One that is deeper than what follows, or set
// apart from it by an empty line but not from what is before, is the foot of the field before it.
func commentsOf(p piece, root *yamlnode.Node) Comments {
	comments := Comments{}
	if !strings.Contains(p.text, "#") {
		return comments
	}
	o := &outline{filled: filledLines(p)}
	o.add(mark{line: root.Line, column: root.Column, parent: -1, flow: -1}, root, root.Column-2)
	remarks := scan(p, o.fences)
	for len(remarks) > 0 {
		block := blockOf(remarks)
		o.attach(comments, block)
		remarks = remarks[len(block):]
	}
	return comments
}

// blockOf returns the first remark, with those below it if they form a block.
func blockOf(remarks []remark) []remark {
	n := 1
	for n < len(remarks) && remarks[n].continues(remarks[n-1]) {
		n++
	}
	return remarks[:n]
}

// continues says whether a remark is the next line of the same block.
func (r remark) continues(before remark) bool {
	return r.own && before.own && r.line == before.line+1 && r.column == before.column
}

// add notes a node with all that is in it. The indentation is that of the block which the node is in.
func (o *outline) add(m mark, n *yamlnode.Node, indent int) {
	index := len(o.marks)
	if m.flow < 0 && n.Kind != yamlnode.ScalarNode && n.Style&yamlnode.FlowStyle != 0 {
		m.flow = index
	}
	o.marks = append(o.marks, m)
	switch n.Kind {
	case yamlnode.ScalarNode:
		o.fence(n, indent)
	case yamlnode.MappingNode:
		o.addFields(m, index, n)
	case yamlnode.SequenceNode:
		for i, item := range n.Content {
			column := n.Column
			if n.Style&yamlnode.FlowStyle != 0 {
				column = item.Column
			}
			o.add(mark{item.Line, column, IndexPath(m.path, i), index, m.flow}, item, column-1)
		}
	}
}

func (o *outline) addFields(m mark, index int, mapping *yamlnode.Node) {
	for i := 0; i < len(mapping.Content); i += 2 {
		key, value := mapping.Content[i], mapping.Content[i+1]
		name, ok := keyText(key)
		path := Path(m.path, name)
		if !ok || isMerge(key) {
			path = m.path // what is said of merging is said of what is merged into
		}
		o.fence(key, key.Column-1)
		o.add(mark{key.Line, key.Column, path, index, m.flow}, value, key.Column-1)
	}
}

// fence notes a scalar in which a "#" may stand that begins no comment.
func (o *outline) fence(n *yamlnode.Node, indent int) {
	const fenced = yamlnode.DoubleQuotedStyle | yamlnode.SingleQuotedStyle | yamlnode.LiteralStyle | yamlnode.FoldedStyle
	if n.Style&fenced != 0 {
		o.fences = append(o.fences, fence{n, indent})
	}
}

// attach gives a block of remarks to the field that it belongs to.
func (o *outline) attach(comments Comments, block []remark) {
	first, last := block[0], block[len(block)-1]
	next := sort.Search(len(o.marks), func(i int) bool {
		m := o.marks[i]
		return m.line > first.line || m.line == first.line && m.column > first.column
	})
	texts := make([]string, len(block))
	for i, r := range block {
		texts[i] = r.text
	}
	switch previous := next - 1; {
	case previous < 0:
		comments.addHead("", texts)
	case !first.own:
		comments.addLine(o.marks[o.before(previous, first.closes)].path, first.text)
	case next == len(o.marks) && first.column <= o.marks[0].column && !o.filled[first.line-1]:
		comments.addFoot("", texts)
	case next < len(o.marks) && o.isHead(next, first, last):
		comments.addHead(o.marks[next].path, texts)
	default:
		comments.addFoot(o.marks[o.climb(previous, first.column)].path, texts)
	}
}

// before returns the mark that a remark at the end of a line belongs to: the last one, or the one whose brackets have just been closed.
func (o *outline) before(last int, closes bool) int {
	if flow := o.marks[last].flow; closes && flow >= 0 {
		return flow
	}
	return last
}

// isHead says whether lines of comments belong to the mark that follows them.
func (o *outline) isHead(next int, first, last remark) bool {
	above := o.climb(next-1, first.column)
	for i := next; i >= 0; i = o.marks[i].parent {
		if i == above { // it is the first of what is above
			return true
		}
	}
	return first.column <= o.marks[next].column && (o.filled[last.line+1] || !o.filled[first.line-1])
}

// climb returns the mark at or above another one that is not indented deeper than a column.
func (o *outline) climb(i, column int) int {
	for o.marks[i].parent >= 0 && o.marks[i].column > column {
		i = o.marks[i].parent
	}
	return i
}

// filledLines returns the lines that have more than white space.
func filledLines(p piece) map[int]bool {
	filled := map[int]bool{}
	for c := newCursor(p); !c.done(); c.step() {
		if !c.blank() && !filled[c.line] {
			filled[c.line] = true
		}
	}
	return filled
}

// source is what Helm writes above each object that it has made from a template.
var source = regexp.MustCompile(`^Source: [^\s:]+/[^\s:]+$`)

func (c Comments) addHead(path string, lines []string) {
	lines = slices.DeleteFunc(lines, source.MatchString)
	if len(lines) == 0 {
		return
	}
	of := c[path]
	of.Head = join(of.Head, lines)
	c[path] = of
}

func (c Comments) addFoot(path string, lines []string) {
	if len(lines) == 0 {
		return
	}
	of := c[path]
	of.Foot = join(of.Foot, lines)
	c[path] = of
}

// addLine sets what stands behind a field; what does not fit beside something else goes below it.
func (c Comments) addLine(path, text string) {
	of := c[path]
	switch {
	case text == "":
	case of.Line == "":
		of.Line = text
	default:
		of.Foot = append(of.Foot, text)
	}
	c[path] = of
}

// join puts an empty line between two blocks.
func join(blocks, block []string) []string {
	if len(blocks) > 0 && len(block) > 0 {
		blocks = append(blocks, "")
	}
	return append(blocks, block...)
}

// split returns the comments of the items of a list. What is said of the list itself comes before the first item, or after the last one.
func (c Comments) split(list string, items int) []Comments {
	split := make([]Comments, items)
	for i := range split {
		split[i] = Comments{}
	}
	var head, foot []string
	for _, path := range slices.Sorted(maps.Keys(c)) {
		if i, rest, ok := cutIndex(list, path); ok && i < items {
			split[i][rest] = c[path]
			continue
		}
		head = append(head, c[path].Head...)
		if line := c[path].Line; line != "" {
			head = append(head, line)
		}
		foot = append(foot, c[path].Foot...)
	}
	if items > 0 {
		first := split[0][""]
		first.Head = join(head, first.Head)
		split[0].set("", first)
		split[items-1].addFoot("", foot)
	}
	return split
}

// cutIndex returns which item of a list a path leads to, and the path inside of the item.
func cutIndex(list, path string) (index int, rest string, ok bool) {
	number, found := strings.CutPrefix(path, list+"[")
	number, rest, closed := strings.Cut(number, "]")
	index, err := strconv.Atoi(number)
	return index, strings.TrimPrefix(rest, "."), found && closed && err == nil
}

// set keeps a comment unless it is empty.
func (c Comments) set(path string, of Comment) {
	if len(of.Head) > 0 || of.Line != "" || len(of.Foot) > 0 {
		c[path] = of
	}
}
