package manifest

import "unicode/utf8"

// cursor goes through a text and knows the line and the column, both from 1, of where it is.
type cursor struct {
	text         string
	at           int // offset
	line, column int
	begin        int // offset of the line's beginning
}

func newCursor(p piece) *cursor { return &cursor{text: p.text, line: p.line, column: 1} }

// step goes past one character.
func (c *cursor) step() {
	r, size := utf8.DecodeRuneInString(c.text[c.at:])
	c.at += size
	c.column++
	if isBreak(r) {
		c.line, c.column, c.begin = c.line+1, 1, c.at
	}
}

// to goes on to an offset that is ahead.
func (c *cursor) to(offset int) {
	for c.at < min(offset, len(c.text)) {
		c.step()
	}
}

func (c *cursor) done() bool { return c.at >= len(c.text) }

// blank says whether white space is next.
func (c *cursor) blank() bool {
	switch c.text[c.at] {
	case ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

// reached says whether the cursor is at a place or past it.
func (c *cursor) reached(line, column int) bool {
	return c.line > line || c.line == line && c.column >= column
}

// isBreak says what the parser counts as the end of a line.
func isBreak(r rune) bool {
	return r == '\n' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029
}
