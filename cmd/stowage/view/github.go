package view

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
)

// GitHub Actions takes lines of what a step writes for commands: "::error::text" after
// white space, and in an older form "##[error]text" anywhere. Its comparison passes over
// characters that have no width of their own, so marks are passed over here too; others
// are made visible by printable in text, and not in JSON.
var githubCommands = sync.OnceValue(func() [2]*regexp.Regexp {
	return [2]*regexp.Regexp{
		newForm: regexp.MustCompile(`^([^\pL\pN\pP\pS]*):(\pM*:)`),
		oldForm: regexp.MustCompile(`(#[\pM\p{Cf}]*)#([\pM\p{Cf}]*\[)`),
	}
})

// The two forms of commands.
const (
	newForm = iota
	oldForm
)

// GitHubGuard returns a line that GitHub Actions takes for no command, by a backslash
// where one would begin. Lines that come from a cluster may hold any text.
func GitHubGuard(line string) string {
	line = githubCommands()[newForm].ReplaceAllString(line, `$1\:$2`)
	return githubCommands()[oldForm].ReplaceAllString(line, `$1\#$2`)
}

// GitHubAnnotations writes findings as commands of GitHub Actions, which shows each at
// its place in the files of a pull request. Path returns a file as it is reached from the
// repository's directory.
func GitHubAnnotations(w io.Writer, findings []Finding, path func(file string) string) error {
	var out strings.Builder
	for i := range findings {
		f := &findings[i]
		var properties []string
		add := func(name, value string) { properties = append(properties, name+"="+githubProperty.Replace(value)) }
		if f.Range != nil && f.Range.File != "" {
			add("file", printable(path(f.Range.File)))
			if f.Range.Start.Line > 0 {
				add("line", fmt.Sprint(f.Range.Start.Line))
				add("col", fmt.Sprint(max(f.Range.Start.Column, 1)))
			}
		}
		title, message := annotationText(f)
		if title != "" {
			add("title", title)
		}
		head := "::" + string(f.Severity)
		if len(properties) > 0 {
			head += " " + strings.Join(properties, ",")
		}
		out.WriteString(head + "::" + githubData.Replace(message) + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// annotationText returns the line and the text of an annotation.
func annotationText(f *Finding) (title, message string) {
	var lines []string
	add := func(text string) {
		for line := range strings.Lines(text) {
			lines = append(lines, printable(strings.TrimRight(line, "\r\n")))
		}
	}
	title = printable(strings.ReplaceAll(f.Summary, "\n", " "))
	if f.Detail == "" {
		add(f.Summary)
		if title = ""; f.Object != nil {
			title = printable(f.Object.String())
		}
	}
	add(f.Detail)
	if f.Hint != "" {
		add("hint: " + f.Hint)
	}
	return title, strings.Join(lines, "\n")
}

// How GitHub Actions wants values of a command and their text to be written.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// GitHubGroup returns what stands before and after lines that are folded behind a title.
func GitHubGroup(title string) (begin, end string) {
	return "::group::" + githubData.Replace(printable(title)) + "\n", "::endgroup::\n"
}
