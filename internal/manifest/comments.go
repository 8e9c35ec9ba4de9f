package manifest

import (
	"slices"
	"strings"

	yamlnode "go.yaml.in/yaml/v3"
)

// remark is a comment where it stands in a text.
type remark struct {
	line, column int // of the "#"
	text         string
	own          bool // nothing is in its line before it but the dash of a list's item
	closes       bool // it follows a closing bracket
}

// fence is a scalar inside of which a "#" is no comment. Its style says where it ends.
type fence struct {
	node   *yamlnode.Node
	indent int // of the block that it is in: the content of a block scalar is indented deeper
}

// scanner finds the comments of a text. It needs to know the quoted and the block scalars only: in all else a "#"
// after white space begins a comment.
type scanner struct {
	*cursor
	found []remark
}

// scan returns the comments of a piece. The fences are in the order of the text.
func scan(p piece, fences []fence) []remark {
	s := &scanner{cursor: newCursor(p)}
	for !s.done() {
		switch {
		case len(fences) > 0 && s.reached(fences[0].node.Line, fences[0].node.Column):
			s.skip(fences[0])
			fences = fences[1:]
		case s.comment():
		default:
			s.step()
		}
	}
	return s.found
}

// comment takes the comment that begins here, if one does.
func (s *scanner) comment() bool {
	if s.text[s.at] != '#' || s.at > s.begin && strings.IndexByte(" \t", s.text[s.at-1]) < 0 {
		return false
	}
	before := strings.TrimRight(s.text[s.begin:s.at], " \t")
	r := remark{line: s.line, column: s.column, own: strings.Trim(before, " \t-?") == ""}
	if r.own && before != "" { // what stands beside a dash is said of the item
		r.column -= len(s.text[s.begin:s.at]) - strings.IndexAny(before, "-?")
	}
	r.closes = strings.HasSuffix(before, "]") || strings.HasSuffix(before, "}")
	text := s.text[s.at+1 : s.lineEnd()]
	r.text = strings.TrimRight(strings.TrimPrefix(text, " "), " \t\r")
	s.to(s.lineEnd())
	s.found = append(s.found, r)
	return true
}

// lineEnd returns the offset of the end of the present line.
func (s *scanner) lineEnd() int {
	if i := strings.IndexFunc(s.text[s.at:], isBreak); i >= 0 {
		return s.at + i
	}
	return len(s.text)
}

// skip goes to the end of a scalar, past the tag and the anchor that may stand before it.
func (s *scanner) skip(f fence) {
	for !s.done() {
		switch c := s.text[s.at]; {
		case s.blank():
			s.step()
		case s.comment():
		case c == '!' || c == '&':
			for !s.done() && !s.blank() {
				s.step()
			}
		case c == '"':
			s.skipQuoted('"', '\\')
			return
		case c == '\'':
			s.skipQuoted('\'', '\'')
			return
		case c == '|' || c == '>':
			s.skipBlock(f.indent)
			return
		default:
			return
		}
	}
}

// skipQuoted goes past a quoted text. A single quote inside of single quotes is written twice.
func (s *scanner) skipQuoted(quote, escape byte) {
	for s.step(); !s.done(); s.step() {
		switch c := s.text[s.at]; {
		case c == escape && (escape != quote || strings.HasPrefix(s.text[s.at+1:], string(quote))):
			s.step()
		case c == quote:
			s.step()
			return
		}
		if s.done() {
			return
		}
	}
}

// skipBlock goes past a block scalar that is in a block with this indentation (-1: the document).
func (s *scanner) skipBlock(parent int) {
	indent := 0 // of the text; 0: that of its first line
	for ; !s.done() && !s.blank(); s.step() {
		if c := s.text[s.at]; '1' <= c && c <= '9' {
			indent = max(parent, 0) + int(c-'0')
		}
	}
	for line := s.line; !s.done() && s.line == line; {
		if !s.comment() {
			s.step()
		}
	}
	for !s.done() {
		line := s.text[s.at:s.lineEnd()]
		if text := strings.TrimLeft(line, " "); strings.TrimSpace(text) != "" {
			width := len(line) - len(text)
			if indent == 0 {
				indent = max(width, parent+1)
			}
			if width < indent {
				return
			}
		}
		s.to(s.lineEnd())
		if !s.done() {
			s.step()
		}
	}
}

// ownLines returns the comments of a text that has nothing else.
func ownLines(p piece) (lines []string) {
	last := 0
	for _, r := range scan(p, nil) {
		if last > 0 && r.line > last+1 {
			lines = append(lines, "")
		}
		lines, last = append(lines, r.text), r.line
	}
	return slices.DeleteFunc(lines, source.MatchString)
}
