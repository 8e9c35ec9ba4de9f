package importer

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// heredoc writes text of several lines as such where that can say it exactly: indented like
// what is around it, or, where the text is indented itself, from the beginning of the line.
func (w *writer) heredoc(t template) string {
	plain, text := t.plain(), t.escaped()
	if !readsAsLines(plain) {
		return t.quoted()
	}
	mark := "EOT"
	for strings.Contains(plain, mark) {
		mark += "_"
	}
	outer := strings.Repeat("  ", w.indent)
	text = strings.TrimSuffix(text, "\n")
	open, shut := "<<", mark
	if canIndent(plain) {
		open, shut, text = "<<-", outer+mark, indented(text, outer+"  ")
	}
	if strings.HasSuffix(plain, "\n") {
		return open + mark + "\n" + text + "\n" + shut
	}
	return "chomp(" + open + mark + "\n" + text + "\n" + shut + "\n" + outer + ")"
}

// escaped returns a template as the inside of a heredoc.
func (t template) escaped() string {
	return t.join(func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "${", "$${"), "%{", "%%{")
	})
}

// quoted returns a template in quotes.
func (t template) quoted() string {
	return `"` + t.join(func(s string) string { return quoted(s)[1 : len(quoted(s))-1] }) + `"`
}

func (t template) join(literal func(string) string) string {
	var text strings.Builder
	for _, part := range t {
		if s, ok := part.(string); ok {
			text.WriteString(literal(s))
		} else {
			text.WriteString("${" + fmt.Sprint(part) + "}")
		}
	}
	return text.String()
}

// readsAsLines reports whether text is better read line by line.
func readsAsLines(s string) bool {
	if !strings.Contains(strings.TrimRight(s, "\n"), "\n") || strings.HasSuffix(s, "\n\n") {
		return false
	}
	return isLiteral(s) && !strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) })
}

// canIndent reports whether HCL takes away the indentation of a heredoc again, and nothing
// else: a line has none of its own, and none begins with what is no character by itself.
func canIndent(s string) bool {
	flush := false
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		rest := strings.TrimLeft(line, " \t")
		if first, _ := utf8.DecodeRuneInString(rest); unicode.IsSpace(first) || unicode.IsMark(first) {
			return false
		}
		flush = flush || rest == line
	}
	return flush
}

// indented indents the lines that are not blank, as HCL looks at these alone.
func indented(text, by string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString(by)
		}
		b.WriteString(line)
	}
	return b.String()
}
