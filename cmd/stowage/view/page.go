package view

import (
	"bytes"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
)

// style is how a piece of text looks where colours are welcome.
type style string

const (
	plain  style = ""
	bold   style = "1"
	dim    style = "2"
	under  style = "1;4"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
)

// span is a piece of text of one style.
type span struct {
	text  string
	style style
}

// txt is a span of no particular style.
func txt(text string) span { return span{text: text} }

// page collects lines of text for a screen. All text goes through it, is made
// harmless there, and gets its colours last.
type page struct {
	buf    bytes.Buffer
	width  int
	colour bool
	guard  func(line string) string
}

// newPage returns an empty page laid out for the screen.
func newPage(s Screen) *page { return &page{width: s.width(), colour: s.Colour, guard: s.Guard} }

// flush writes the page to the screen.
func (p *page) flush(s Screen) error {
	_, err := s.Out.Write(p.buf.Bytes())
	p.buf.Reset()
	return err
}

// flushPart writes the page to the screen as a part that can be folded.
func (p *page) flushPart(s Screen, title string) error {
	begin, end := s.part(title, bytes.Count(p.buf.Bytes(), []byte("\n")))
	_, err := io.WriteString(s.Out, begin+p.buf.String()+end())
	p.buf.Reset()
	return err
}

// part returns what stands before and after a part that can be folded.
func (s Screen) part(title string, lines int) (begin string, end func() string) {
	if s.Fold == nil {
		return "", func() string { return "" }
	}
	return s.Fold(title, lines)
}

// line adds one line, whatever its width.
func (p *page) line(spans ...span) {
	var text strings.Builder
	for _, s := range spans {
		clean := printable(s.text)
		if p.colour && s.style != plain && clean != "" {
			text.WriteString("\x1b[" + string(s.style) + "m" + clean + "\x1b[0m")
		} else {
			text.WriteString(clean)
		}
	}
	line := text.String()
	if !p.colour {
		line = strings.TrimRight(line, " ")
	}
	if p.guard != nil {
		line = p.guard(line)
	}
	p.buf.WriteString(line)
	p.buf.WriteByte('\n')
}

// blank adds an empty line.
func (p *page) blank() { p.buf.WriteByte('\n') }

// para adds text that is wrapped at the page's width: the first line after
// head, the others indented by hang columns. Line breaks in the text stay, and
// so do lines that start with a space, being laid out already.
func (p *page) para(head span, hang int, style style, text string) {
	indent := txt(spaces(hang))
	for line := range strings.Lines(text) {
		line = printable(strings.TrimRight(line, "\r\n"))
		for _, part := range wrap(line, p.width-columns(head.text), p.width-hang) {
			p.line(head, span{part, style})
			head = indent
		}
	}
}

// wrap breaks a line at spaces so that its first part is at most first columns
// wide and each other at most rest.
func wrap(line string, first, rest int) []string {
	if columns(line) <= first || strings.HasPrefix(line, " ") {
		return []string{line}
	}
	return fill(strings.Fields(line), first, rest)
}

// fill joins words to lines, of which the first is at most first columns wide
// and each other at most rest. A word that is wider is left whole: it may be a
// name that someone copies.
func fill(words []string, first, rest int) []string {
	var lines []string
	line, room := "", first
	for _, word := range words {
		switch {
		case line == "":
			line = word
		case columns(line)+1+columns(word) <= room:
			line += " " + word
		default:
			lines = append(lines, line)
			line, room = word, rest
		}
	}
	if line == "" {
		return lines
	}
	return append(lines, line)
}

// columns returns how many columns the text takes on a terminal.
func columns(text string) int { return runewidth.StringWidth(printable(text)) }

// truncate cuts text to at most room columns, which it must have 1 of at least.
func truncate(text string, room int) string {
	return runewidth.Truncate(printable(text), room, "…")
}

// spaces returns n spaces, or none when n is negative.
func spaces(n int) string { return strings.Repeat(" ", max(n, 0)) }

// pad fills text up with spaces to the width.
func pad(text string, width int) string { return text + spaces(width-columns(text)) }
