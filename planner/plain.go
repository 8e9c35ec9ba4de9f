package planner

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain returns a text of the cluster, such as a log or an event, without what
// is there to do something and not to be read: escape sequences of terminals,
// control characters, and the invisible characters that turn the direction of
// reading or hide what stands beside them. Line feeds stay. What a line says
// before a carriage return is left out, as it is on a terminal.
func plain(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, acts) {
		return text
	}
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	text = escapeSequence.ReplaceAllString(text, "")
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		line = line[strings.LastIndexByte(line, '\r')+1:]
		line = strings.ReplaceAll(line, "\t", "    ")
		lines[i] = strings.Map(visible, line)
	}
	return strings.Join(lines, "\n")
}

// escapeSequence matches the sequences of ECMA-48 with their parameters, in
// their 7-bit and 8-bit spellings: control sequences (colours, cursor), control
// strings up to their terminator (titles, links), and all others.
var escapeSequence = regexp.MustCompile(
	`(?:\x1b\[|\x{9b})[0-?]*[ -/]*[@-~]` +
		`|(?:\x1b[\]PX^_]|[\x{90}\x{98}\x{9d}-\x{9f}])[^\x07\x1b\x{9c}\n]*(?:\x07|\x1b\\|\x{9c})` +
		`|\x1b[ -/]*[0-~]`)

// acts reports whether a character other than a line feed does something instead
// of being shown.
func acts(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029')
}

// visible drops the characters that act, for strings.Map.
func visible(r rune) rune {
	if acts(r) {
		return -1
	}
	return r
}
