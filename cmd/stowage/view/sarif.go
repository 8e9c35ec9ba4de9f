package view

import (
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"unicode"
)

// SARIF 2.1.0 is what code scanning reads: GitHub, Azure DevOps, and editors with a viewer
// of it. These are the parts of it that say where a finding is and what it is about.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string    `json:"id"`
		ShortDescription sarifText `json:"shortDescription"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool `json:"executionSuccessful"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
		Context  *sarifRegion  `json:"contextRegion,omitempty"`
	}
	sarifArtifact struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int        `json:"startLine"`
		StartColumn int        `json:"startColumn,omitempty"`
		EndLine     int        `json:"endLine,omitempty"`
		EndColumn   int        `json:"endColumn,omitempty"`
		Snippet     *sarifText `json:"snippet,omitempty"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
	}
)

// Checked is what a check of a configuration looked at, and what it found.
type Checked struct {
	Dir      string   // of the configuration
	Files    []string // of it, sorted
	Findings []Finding
	Version  string // of stowage
}

// SARIF writes a check for code scanning. What is in no file is shown at the directory.
func SARIF(w io.Writer, checked Checked) error {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "stowage", Version: checked.Version, Rules: []sarifRule{}}},
		Invocations: []sarifInvocation{{ExecutionSuccessful: true}},
		ColumnKind:  "unicodeCodePoints",
		Results:     []sarifResult{},
	}
	rules := make(map[string]int)
	for _, f := range checked.Findings {
		id := ruleOf(f)
		index, known := rules[id]
		if !known {
			index = len(run.Tool.Driver.Rules)
			rules[id] = index
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: id, ShortDescription: sarifText{ruleTitle(f)}})
		}
		run.Results = append(run.Results, sarifResult{
			RuleID: id, RuleIndex: index, Level: string(f.Severity),
			Message: sarifText{f.text()}, Locations: []sarifLocation{locationOf(f, checked.Dir)},
		})
	}
	return writeJSON(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0", Runs: []sarifRun{run},
	})
}

// text returns all that a finding says beside its place.
func (f Finding) text() string {
	parts := []string{f.Summary}
	for _, part := range []string{f.Detail, f.Hint} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "\n")
}

// ruleTitle returns what findings of one kind have in common. Those about an object name it.
func ruleTitle(f Finding) string {
	if f.Object != nil {
		return "Invalid object"
	}
	return f.Summary
}

// ruleOf names the kind of a finding: unsupported-argument.
func ruleOf(f Finding) string {
	words := strings.FieldsFunc(strings.ToLower(ruleTitle(f)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "-")
}

func locationOf(f Finding, dir string) sarifLocation {
	if f.Range == nil {
		return sarifLocation{Physical: sarifPhysical{Artifact: artifactOf(dir), Region: sarifRegion{StartLine: 1}}}
	}
	start, end := f.Range.Start, f.Range.End
	location := sarifLocation{Physical: sarifPhysical{Artifact: artifactOf(f.Range.File), Region: sarifRegion{
		StartLine: start.Line, StartColumn: start.codePoints(), EndLine: end.Line, EndColumn: end.codePoints(),
	}}}
	if f.Snippet == nil {
		return location
	}
	if last := f.Snippet.StartLine + len(f.Snippet.Lines) - 1; last >= end.Line { // it must hold the region
		location.Physical.Context = &sarifRegion{
			StartLine: f.Snippet.StartLine, EndLine: last, Snippet: &sarifText{strings.Join(f.Snippet.Lines, "\n")},
		}
	}
	if f.Snippet.Block != "" {
		location.Logical = []sarifLogical{{f.Snippet.Block}}
	}
	return location
}

// artifactOf refers to a file: one below the working directory relative to it, which is
// the root of the source in a pipeline.
func artifactOf(file string) sarifArtifact {
	if filepath.IsAbs(file) {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String()}
	}
	return sarifArtifact{URI: (&url.URL{Path: filepath.ToSlash(filepath.Clean(file))}).EscapedPath(), BaseID: "%SRCROOT%"}
}

// codePoints returns the column in Unicode code points, as far as it is known.
func (p SourcePos) codePoints() int {
	if p.codePoint > 0 {
		return p.codePoint
	}
	return p.Column
}
