package manifest

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// decodeText returns a file's content as text with "\n" at line ends and without a byte order mark, or says why it is none.
func decodeText(data []byte) (string, *Problem) {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return "", &Problem{
			Line: 1, Column: 1, Summary: "is UTF-16 text, not UTF-8",
			Hint: "save it as UTF-8; in Windows PowerShell write it with `| Out-File -Encoding utf8`",
		}
	case bytes.IndexByte(data, 0) >= 0:
		return "", &Problem{Summary: "is a binary file, not YAML or JSON", Hint: "give text files; unpack archives first"}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if at := invalidUTF8(data); at >= 0 {
		before := string(data[:at])
		line := strings.Count(before, "\n")
		return "", &Problem{
			Line: line + 1, Column: utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1,
			Summary: "is not UTF-8 text: there is a byte that begins no character",
			Hint:    "save it as UTF-8; binary data belongs into binaryData or data as base64",
		}
	}
	return lineEnds.Replace(string(data)), nil
}

// lineEnds makes one of what ends lines elsewhere; YAML does so itself, in texts too.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// invalidUTF8 returns the place of the first byte that is not part of a character, -1 for none.
func invalidUTF8(data []byte) int {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

// piece is the text of one document, and of the comments before it.
type piece struct {
	text string
	line int // of the first line of the text, from 1
}

// split cuts a file where YAML says that a document begins or ends: a "---" or "..." at the beginning of a line.
// It is done by hand so that an error in one document leaves the others readable. A part without content
// (comments, directives, empty lines, a lone marker) belongs to the document that follows; if none follows, it is
// the rest.
func split(text string) (pieces []piece, rest piece) {
	current := piece{line: 1}
	var b strings.Builder
	content := false
	end := func(next int) {
		if content {
			current.text = b.String()
			pieces = append(pieces, current)
			b.Reset()
			current, content = piece{line: next}, false
		}
	}
	number := 0
	for line := range strings.Lines(text) {
		number++
		switch after, marker := markerLine(line); {
		case marker == "---":
			end(number)
			if hasContent(after) {
				content = true
			} else { // the marker says no more than that a new document begins, which it does anyway
				line = unmarked(after)
			}
		case marker == "...":
			end(number)
			line = unmarked(after)
		case !content && strings.HasPrefix(line, "%YAML"):
			line = "\n" // every version is read as 1.1, as kubectl does
		case hasContent(line) && (content || !strings.HasPrefix(line, "%")):
			content = true
		}
		b.WriteString(line)
	}
	end(number)
	return pieces, piece{text: b.String(), line: current.line}
}

// unmarked returns what follows a marker, in its columns: nothing but a comment, if anything.
func unmarked(after string) string {
	comment := strings.TrimLeft(after, " \t")
	return strings.Repeat(" ", len("---")+len(after)-len(comment)) + comment
}

// markerLine returns the marker at the beginning of a line, if there is one, and what follows it.
func markerLine(line string) (after, marker string) {
	for _, marker := range []string{"---", "..."} {
		if after, ok := strings.CutPrefix(line, marker); ok && (after == "" || strings.ContainsRune(" \t\r\n", rune(after[0]))) {
			return after, marker
		}
	}
	return "", ""
}

// hasContent says whether a line has anything but white space and a comment.
func hasContent(line string) bool {
	line = strings.TrimSpace(line)
	return line != "" && line[0] != '#'
}
