package view

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// JUnit XML is what CI systems show as a report of tests: GitLab, Jenkins, Azure DevOps
// and others. Each file is a test, and so is each finding.
type (
	junitReport struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Failure *junitFailure `xml:"failure"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes a check as a report of tests. A warning is a test that passed, with an
// output: such reports know no other.
func JUnit(w io.Writer, checked Checked) error {
	suite := junitSuite{Name: checked.Dir}
	wrong := make(map[string]bool)
	for _, f := range checked.Findings {
		suite.add(caseOf(f, checked.Dir))
		if f.Range != nil && f.Severity == SeverityError {
			wrong[f.Range.File] = true
		}
	}
	for _, file := range checked.Files {
		if !wrong[file] {
			suite.add(junitCase{Name: "valid", Class: file, File: file})
		}
	}
	report := junitReport{Name: "stowage validate", Tests: suite.Tests, Failures: suite.Failures, Suites: []junitSuite{suite}}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(report); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
}

// caseOf returns a finding as a test: one that failed, or a warning.
func caseOf(f Finding, dir string) junitCase {
	c := junitCase{Name: f.Summary, Class: dir}
	if f.Range != nil {
		c.File, c.Class = f.Range.File, f.Range.File
		c.Name = fmt.Sprintf("%d:%d: %s", f.Range.Start.Line, f.Range.Start.Column, f.Summary)
	}
	text := f.placed()
	if f.Severity == SeverityWarning {
		c.Out = text
		return c
	}
	c.Failure = &junitFailure{Message: f.Summary, Type: ruleOf(f), Text: text}
	return c
}

// placed returns a finding as lines of text: where it is, the source there, and what it
// says.
func (f Finding) placed() string {
	var lines []string
	if f.Range != nil {
		place := fmt.Sprintf("at %s:%d:%d", f.Range.File, f.Range.Start.Line, f.Range.Start.Column)
		if f.Snippet != nil && f.Snippet.Block != "" {
			place += ", in " + f.Snippet.Block
		}
		lines = append(lines, place)
	}
	if f.Snippet != nil {
		for i, line := range f.Snippet.Lines {
			lines = append(lines, fmt.Sprintf("%5d | %s", f.Snippet.StartLine+i, line))
		}
	}
	return strings.Join(append(lines, f.text()), "\n")
}
