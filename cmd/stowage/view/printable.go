package view

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// printable returns one line of text with every character that could steer a
// terminal, or change the order in which text reads, written as an escape
// sequence. A tab becomes spaces, since its width is anybody's guess.
func printable(text string) string {
	if !strings.ContainsFunc(text, steers) && utf8.ValidString(text) {
		return text
	}
	var clean strings.Builder
	for i, r := range text {
		switch {
		case r == '\t':
			clean.WriteString("    ")
		case r == utf8.RuneError && isInvalidAt(text, i):
			fmt.Fprintf(&clean, `\x%02x`, text[i])
		case !steers(r):
			clean.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&clean, `\x%02x`, r)
		default:
			fmt.Fprintf(&clean, `\u%04x`, r)
		}
	}
	return clean.String()
}

// steers reports whether a character does something instead of being shown:
// the control characters, and the invisible ones that format text.
func steers(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// isInvalidAt tells a byte that is not UTF-8 from a replacement character that
// stands in the text as such.
func isInvalidAt(text string, i int) bool {
	_, size := utf8.DecodeRuneInString(text[i:])
	return size == 1
}
