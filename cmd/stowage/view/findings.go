package view

import (
	"bytes"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"stowage/dsl"
	"stowage/internal/release"
	"stowage/planner"
)

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Finding is one thing that is wrong, or to be known: what Diagnostics and Problem show
// to people, for programs. No text of it holds a sensitive value.
type Finding struct {
	Severity  Severity          `json:"severity"`
	Summary   string            `json:"summary"`             // a sentence, or the beginning of one
	Detail    string            `json:"detail,omitempty"`    // further sentences
	Hint      string            `json:"hint,omitempty"`      // what to do about it
	Reference string            `json:"reference,omitempty"` // where the documentation says what would be right
	Address   string            `json:"address,omitempty"`   // block of the configuration, such as app.petclinic
	Object    *planner.ObjectID `json:"object,omitempty"`
	Field     string            `json:"field,omitempty"` // path in the object
	Range     *SourceRange      `json:"range,omitempty"`
	Snippet   *Snippet          `json:"snippet,omitempty"`
	Evidence  *release.Evidence `json:"evidence,omitempty"` // of an object that did not become ready
}

// SourceRange is a part of a file of the configuration. Of what is known to start at a
// place, and no more, it is the rest of the line, or nothing where there is no file.
type SourceRange struct {
	File  string    `json:"file"` // as it is reached from the working directory
	Start SourcePos `json:"start"`
	End   SourcePos `json:"end"` // behind the last character
}

// SourcePos is a position in a file.
type SourcePos struct {
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // from 1, in characters as people count them

	codePoint int // column in Unicode code points; 0: not known
}

// Snippet is the source around a finding, literals of secrets left out.
type Snippet struct {
	Block     string   `json:"block,omitempty"` // around it, as written: app "petclinic"
	StartLine int      `json:"startLine"`       // of the first line
	Lines     []string `json:"lines"`
}

// Sources are the files of a configuration by name, from which findings take snippets.
type Sources map[string]*hcl.File

// DiagnosticFindings returns diagnostics as findings. The extra of one may be the ID of the
// object that it is about.
func DiagnosticFindings(diags hcl.Diagnostics, sources Sources) []Finding {
	findings := make([]Finding, len(diags))
	public := publicVariables(sources)
	for i, diag := range diags {
		f := Finding{Severity: SeverityError, Summary: diag.Summary, Detail: diag.Detail}
		if diag.Severity == hcl.DiagWarning {
			f.Severity = SeverityWarning
		}
		if section, ok := hcl.DiagnosticExtra[dsl.Section](diag); ok {
			f.Reference = string(section)
		}
		if id, ok := hcl.DiagnosticExtra[planner.ObjectID](diag); ok {
			f.Object = &id
		}
		if diag.Subject != nil {
			f.place(*diag.Subject, diag.Context, sources[diag.Subject.Filename], public)
		}
		findings[i] = f
	}
	return findings
}

// WarningFindings returns the warnings of a plan as findings.
func WarningFindings(warnings []planner.Warning, sources Sources) []Finding {
	findings := make([]Finding, len(warnings))
	for i, w := range warnings {
		findings[i] = Finding{Severity: SeverityWarning, Summary: w.Summary, Detail: w.Detail}
		findings[i].PlaceAt(w.Origin, sources)
	}
	return findings
}

// PlaceAt says of a finding where in the configuration it comes from, when it is known.
func (f *Finding) PlaceAt(at planner.Origin, sources Sources) {
	if at.File == "" {
		return
	}
	file := sources[at.File]
	f.place(RestOfLine(at, file), nil, file, publicVariables(sources))
}

// place sets where a finding is. The file may be nil.
func (f *Finding) place(subject hcl.Range, around *hcl.Range, file *hcl.File, public map[string]bool) {
	if subject.Filename == "" {
		return
	}
	f.Range = &SourceRange{File: subject.Filename, Start: positionOf(subject.Start, file), End: positionOf(subject.End, file)}
	lines := snippetOf(subject, around, file, public)
	if len(lines) == 0 {
		return
	}
	f.Snippet = &Snippet{Block: enclosingBlock(file, subject.Start), StartLine: lines[0].number}
	for _, line := range lines {
		f.Snippet.Lines = append(f.Snippet.Lines, line.text)
	}
}

func positionOf(at hcl.Pos, file *hcl.File) SourcePos {
	pos := SourcePos{Line: max(at.Line, 1), Column: max(at.Column, 1)}
	if file != nil && at.Byte <= len(file.Bytes) {
		start := bytes.LastIndexByte(file.Bytes[:at.Byte], '\n') + 1
		pos.codePoint = utf8.RuneCount(file.Bytes[start:at.Byte]) + 1
	}
	return pos
}

// RestOfLine returns the range from a place to the end of its line; nothing but the
// place when the file is not known, or has no such line.
func RestOfLine(at planner.Origin, file *hcl.File) hcl.Range {
	r := hcl.Range{Filename: at.File, Start: hcl.Pos{Line: at.Line, Column: at.Column}}
	r.End = r.Start
	if file == nil {
		return r
	}
	number, begin := 0, 0
	for line := range bytes.Lines(file.Bytes) {
		if number++; number == at.Line {
			text := string(bytes.TrimRight(line, "\r\n"))
			runes := []rune(text)
			before := string(runes[:min(max(at.Column-1, 0), len(runes))])
			r.Start.Byte, r.End.Byte, r.End.Column = begin+len(before), begin+len(text), len(runes)+1
			break
		}
		begin += len(line)
	}
	return r
}

func countFindings(findings []Finding) (errors, warnings int) {
	for _, f := range findings {
		if f.Severity == SeverityWarning {
			warnings++
		} else {
			errors++
		}
	}
	return errors, warnings
}
