package view

import (
	"html"
	"regexp"
	"strings"
)

// Text of a plan may come from strangers, and what shows Markdown makes links, notes to
// people, HTML and more of it. So words that could mean anything but themselves are
// written as code, which is never looked into; blocks are fenced by more backticks
// than there are in them.

// plainWord matches words that no reader of Markdown takes for anything else: letters
// and digits with single marks in between and punctuation around.
var plainWord = regexp.MustCompile(`^(?:[("']{0,2}[\pL\pN]+(?:[-./'][\pL\pN]+)*%?["').,;:?]{0,3}|->|[-+=])$`)

// looksLinked matches the beginnings of words that are made links of without any mark,
// and references of the kind GH-12.
var looksLinked = regexp.MustCompile(`(?i)^[("']*(?:www\.|[a-z]+-[0-9]+)`)

// How many characters are shown of a text, and of one that is code: names have at most
// 253, and a kind before them.
const (
	longestText = 1500
	longestCode = 400
)

// markdownText writes one line of text. It must not stand at the beginning of a line.
func markdownText(text string) string {
	var out, code []string
	flush := func() {
		if len(code) > 0 {
			text := strings.Join(code, " ")
			bare := strings.TrimRight(text, ",.;:") // which belongs to the sentence
			if bare == "" {
				bare = text
			}
			out = append(out, markdownCode(bare)+text[len(bare):])
			code = nil
		}
	}
	for _, word := range strings.Fields(oneLine(text, longestText)) {
		if plainWord.MatchString(word) && !looksLinked.MatchString(word) {
			flush()
			out = append(out, word)
			continue
		}
		code = append(code, word)
		if strings.HasSuffix(word, ",") || strings.HasSuffix(word, ";") {
			flush()
		}
	}
	flush()
	return strings.Join(out, " ")
}

// markdownCode writes text as code within a line.
func markdownCode(text string) string {
	text = oneLine(text, longestCode)
	if text == "" {
		text = `""`
	}
	fence := strings.Repeat("`", longestRun(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}

// markdownBlock writes lines, which are printable, as a block of code in a language.
func markdownBlock(language string, lines []string) string {
	body := strings.Join(lines, "\n")
	fence := strings.Repeat("`", max(3, longestRun(body)+1))
	return fence + language + "\n" + body + "\n" + fence + "\n"
}

// markdownSummary writes text as code in a heading of HTML.
func markdownSummary(text string) string {
	return "<code>" + html.EscapeString(oneLine(text, longestCode)) + "</code>"
}

// longestRun returns how many backticks follow each other at most.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// oneLine returns text as one printable line of single spaces, cut where it is too long.
func oneLine(text string, most int) string {
	text = printable(strings.Join(strings.Fields(text), " "))
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
