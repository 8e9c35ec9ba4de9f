package importer

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"stowage/dsl"
	"stowage/internal/manifest"
)

// writer writes blocks as text. What it writes is formatted in the end, so it does not
// align anything.
type writer struct {
	text    strings.Builder
	indent  int
	remarks remarks
	below   bool // the last line is a comment on what is above it
}

// textOf returns a block as text, with the comments of the objects that it stands for.
func textOf(b *block, objects ...*object) []byte {
	w := &writer{remarks: remarksOn(b, objects)}
	w.block(b, true)
	return dsl.Format([]byte(w.text.String()))
}

func (w *writer) line(text string) {
	w.apart()
	w.text.WriteString(strings.Repeat("  ", w.indent) + text + "\n")
}

// apart keeps a comment on what is above it away from what is below.
func (w *writer) apart() {
	if w.below {
		w.below = false
		w.text.WriteString("\n")
	}
}

// comments writes lines of a comment; an empty one stands between two of its parts.
func (w *writer) comments(lines []string) {
	for i, line := range lines {
		switch {
		case line != "":
			w.line(strings.TrimRight("# "+line, " "))
		case i > 0 && i < len(lines)-1 && lines[i-1] != "":
			w.text.WriteString("\n")
		}
	}
}

// commentsBelow writes comments on what is above them.
func (w *writer) commentsBelow(lines []string) {
	w.comments(lines)
	w.below = len(lines) > 0
}

// block writes a block: its arguments, and an empty line around each block inside that
// has more than one line.
func (w *writer) block(b *block, top bool) {
	comment := w.remarks.take(b.spot())
	w.comments(apartLines(b.comment, comment.Head))
	head := b.kind
	for _, label := range b.labels {
		head += " " + quoted(label)
	}
	if line, ok := w.oneLine(b, top); ok && len(comment.Foot) == 0 {
		w.line(head + line)
		return
	}
	w.line(head + " {")
	w.indent++
	for i, it := range b.items {
		if i > 0 && w.areApart(b.items[i-1], it) {
			w.text.WriteString("\n")
			w.below = false
		}
		switch it := it.(type) {
		case attr:
			w.attr(b.from, it, it.name+" = ", "")
		case *block:
			w.block(it, false)
		}
	}
	w.commentsBelow(comment.Foot)
	w.below = false
	w.indent--
	w.line("}")
}

// oneLine returns the body of a block in the line of its head, if there is so little in it.
// At the top only what has no more than a word to say is written so.
func (w *writer) oneLine(b *block, top bool) (string, bool) {
	const longest = 50
	if b.empty() {
		return " {}", true
	}
	a, ok := b.items[0].(attr)
	if !ok || len(b.items) > 1 || top && b.kind != "release" && b.kind != "variable" {
		return "", false
	}
	if s, ok := a.spot(b.from); ok {
		if _, has := w.remarks[s]; has || w.remarks.within(b.from, a) {
			return "", false
		}
	}
	text, ok := inline(a.value)
	line := " { " + a.name + " = " + text + " }"
	return line, ok && len(line) <= longest
}

// areApart reports whether an empty line stands between two items: around blocks, but for
// those of one kind that take one line each, or that follow the arguments.
func (w *writer) areApart(before, after any) bool {
	a, ok := before.(*block)
	b, also := after.(*block)
	switch {
	case ok && also:
		return a.kind != b.kind || !w.isShort(a) || !w.isShort(b)
	case also:
		return !w.isShort(b) || b.kind == "override"
	}
	return ok
}

func (w *writer) isShort(b *block) bool {
	if comment := w.remarks[b.spot()]; len(comment.Head)+len(comment.Foot)+len(b.comment) > 0 {
		return false
	}
	_, ok := w.oneLine(b, false)
	return ok
}

// attr writes an argument, or a field of an object, or an item of a list. Its comments
// are above it, behind it and below it.
func (w *writer) attr(from *object, a attr, prefix, suffix string) {
	var comment manifest.Comment
	if s, ok := a.spot(from); ok {
		comment = w.remarks.take(s)
	}
	text := w.value(a.origin(from), a, prefix)
	if strings.Contains(text, "\n") && comment.Line != "" {
		comment.Head, comment.Line = append(slices.Clip(comment.Head), comment.Line), ""
	}
	w.comments(comment.Head)
	switch {
	case strings.HasPrefix(text, "<<") && suffix != "": // nothing may follow the mark that ends it
		w.line(prefix + text)
		w.line(suffix)
	case comment.Line != "":
		w.line(prefix + text + suffix + " # " + comment.Line)
	default:
		w.line(prefix + text + suffix)
	}
	w.commentsBelow(comment.Foot)
}

// value returns an expression as text. All lines but the first are indented already.
func (w *writer) value(from *object, a attr, prefix string) string {
	a.value = ordered(a.value)
	if oneLine, ok := inline(a.value); ok && w.fits(prefix+oneLine) && !w.remarks.within(from, a) {
		return oneLine
	}
	switch v := a.value.(type) {
	case fields:
		return w.lines(from, v, "{", "}", func(a attr) string { return key(a.name) + " = " }, "")
	case items:
		if text, ok := w.single(from, v); ok {
			return text
		}
		return w.lines(from, v, "[", "]", func(attr) string { return "" }, ",")
	case string:
		return w.heredoc(template{v})
	case template:
		return w.heredoc(v)
	}
	oneLine, _ := inline(a.value)
	return oneLine
}

// single writes a list of one object with the braces beside the brackets, unless the
// object has comments of its own.
func (w *writer) single(from *object, list items) (string, bool) {
	if len(list) != 1 {
		return "", false
	}
	if s, ok := list[0].spot(from); ok {
		if _, has := w.remarks[s]; has {
			return "", false
		}
	}
	if _, ok := ordered(list[0].value).(fields); !ok {
		return "", false
	}
	return "[" + w.value(list[0].origin(from), list[0], "") + "]", true
}

// lines writes an object or a list with an item on each line.
func (w *writer) lines(from *object, list []attr, open, shut string, prefix func(attr) string, suffix string) string {
	inner := &writer{indent: w.indent + 1, remarks: w.remarks}
	for _, a := range list {
		inner.attr(from, a, prefix(a), suffix)
	}
	return open + "\n" + inner.text.String() + strings.Repeat("  ", w.indent) + shut
}

// fits reports whether a line is short enough to be read.
func (w *writer) fits(line string) bool {
	const longest = 110
	return len(line)+2*w.indent <= longest && !strings.Contains(line, "\n")
}

// inline returns an expression in one line, if it can be written so.
func inline(v any) (string, bool) {
	switch v := ordered(v).(type) {
	case nil:
		return "null", true
	case raw:
		return string(v), true
	case bool:
		return strconv.FormatBool(v), true
	case string:
		return quoted(v), !readsAsLines(v)
	case template:
		return v.quoted(), !readsAsLines(v.plain())
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case fields:
		return inlined(v, "{ ", " }", "{}", func(a attr) string { return key(a.name) + " = " })
	case items:
		return inlined(v, "[", "]", "[]", func(attr) string { return "" })
	}
	return fmt.Sprint(v), true // numbers of all sizes
}

func inlined(list []attr, open, shut, empty string, prefix func(attr) string) (string, bool) {
	const few = 4
	if len(list) == 0 {
		return empty, true
	}
	texts := make([]string, len(list))
	for i, a := range list {
		text, ok := inline(a.value)
		if !ok || len(list) > few && prefix(a) != "" {
			return "", false
		}
		texts[i] = prefix(a) + text
	}
	return open + strings.Join(texts, ", ") + shut, true
}

// ordered returns an object or a list without paths in the form of those that have some.
func ordered(v any) any {
	switch v := v.(type) {
	case map[string]any:
		object := make(fields, 0, len(v))
		for _, name := range sortedKeys(v) {
			object = append(object, attr{name: name, value: v[name]})
		}
		return object
	case []any:
		list := make(items, len(v))
		for i, item := range v {
			list[i] = attr{value: item}
		}
		return list
	}
	return v
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// quoted returns text as a quoted literal that means exactly that.
func quoted(s string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes())
}

// key returns the name of a field as an object's key.
func key(name string) string {
	if hclsyntax.ValidIdentifier(name) && name != "null" && name != "true" && name != "false" && name != "for" {
		return name
	}
	return quoted(name)
}
