package view

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"stowage/dsl"
)

// snippetLines is how many source lines a diagnostic shows at most.
const snippetLines = 6

// Diagnostics shows what is wrong with a configuration: each diagnostic with
// its place, the source there, and what to do. Literals of secrets in that
// source are left out.
func Diagnostics(s Screen, diags hcl.Diagnostics, sources map[string]*hcl.File) error {
	p := newPage(s)
	public := publicVariables(sources)
	for _, diag := range diags {
		p.diagnostic(diag, sources, public)
	}
	return p.flush(s)
}

func (p *page) diagnostic(diag *hcl.Diagnostic, sources map[string]*hcl.File, public map[string]bool) {
	head := span{"Error: ", red}
	if diag.Severity == hcl.DiagWarning {
		head = span{"Warning: ", yellow}
	}
	p.para(head, len("Error: "), bold, diag.Summary)
	if diag.Subject != nil {
		p.place(diag, sources[diag.Subject.Filename])
		p.snippet(diag, sources[diag.Subject.Filename], public)
	}
	if diag.Detail != "" {
		p.blank()
		p.para(txt("  "), 2, plain, diag.Detail)
	}
	if section, ok := hcl.DiagnosticExtra[dsl.Section](diag); ok {
		p.para(span{"  reference: ", cyan}, len("  reference: "), plain, string(section))
	}
	p.blank()
}

// place adds the line that says where: file, line, column, and block.
func (p *page) place(diag *hcl.Diagnostic, file *hcl.File) {
	subject := diag.Subject
	place := fmt.Sprintf("%s:%d:%d", subject.Filename, subject.Start.Line, subject.Start.Column)
	if subject.Start.Line == 0 {
		place = subject.Filename
	}
	if block := enclosingBlock(file, subject.Start); block != "" {
		place += ", in " + block
	}
	p.line(txt("  at " + place))
}

// snippet adds the source lines that a diagnostic is about, its subject marked.
func (p *page) snippet(diag *hcl.Diagnostic, file *hcl.File, public map[string]bool) {
	for _, line := range snippetOf(*diag.Subject, diag.Context, file, public) {
		p.sourceLine(line, *diag.Subject)
	}
}

// sourceLine is one line of a file.
type sourceLine struct {
	number int // from 1
	start  int // byte of the file
	text   string
}

// snippetOf returns the source lines of a subject and what is around it, literals of
// secrets left out; none of a file whose lines are shown to nobody. Around may be nil.
func snippetOf(subject hcl.Range, around *hcl.Range, file *hcl.File, public map[string]bool) []sourceLine {
	if file == nil || !isNative(file) {
		return nil
	}
	shown := subject
	if around != nil {
		shown = hcl.RangeOver(subject, *around)
	}
	from := max(shown.Start.Line, subject.Start.Line-snippetLines/2)
	var lines []sourceLine
	number, start := 0, 0
	for line := range bytes.Lines(conceal(subject.Filename, file.Bytes, public)) {
		number++
		if number >= from && number <= min(shown.End.Line, from+snippetLines-1) {
			lines = append(lines, sourceLine{number, start, string(bytes.TrimRight(line, "\r\n"))})
		}
		start += len(line)
	}
	return lines
}

// sourceLine adds one line of source, and when the subject starts there a line of marks
// under it.
func (p *page) sourceLine(source sourceLine, subject hcl.Range) {
	line := source.text
	gutter := fmt.Sprintf("  %5d │ ", source.number)
	room := p.width - columns(gutter)
	p.line(span{gutter, dim}, txt(truncate(line, room)))
	if source.number != subject.Start.Line {
		return
	}
	// Bytes, since columns of a range count characters as people see them.
	start := min(max(subject.Start.Byte-source.start, 0), len(line))
	end := len(line)
	if source.number == subject.End.Line {
		end = max(start, min(subject.End.Byte-source.start, len(line)))
	}
	before, marked := columns(line[:start]), max(1, columns(line[start:end]))
	if before >= room {
		return
	}
	p.line(span{"        │ ", dim}, txt(spaces(before)), span{strings.Repeat("^", min(marked, room-before)), red})
}

// isNative reports whether a file is written in HCL's native syntax. JSON is
// mostly generated, and its lines are shown to nobody: where a secret starts
// and ends in a broken one cannot be told.
func isNative(file *hcl.File) bool {
	_, ok := file.Body.(*hclsyntax.Body)
	return ok
}

// enclosingBlock returns the top-level block around a position, as written:
// app "petclinic".
func enclosingBlock(file *hcl.File, at hcl.Pos) string {
	if file == nil {
		return ""
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok {
		return ""
	}
	for _, block := range body.Blocks {
		if around := block.Range(); around.ContainsPos(at) && at.Line > around.Start.Line {
			return strings.Join(append([]string{block.Type}, quoteAll(block.Labels)...), " ")
		}
	}
	return ""
}

func quoteAll(labels []string) []string {
	quoted := make([]string, len(labels))
	for i, label := range labels {
		quoted[i] = fmt.Sprintf("%q", label)
	}
	return quoted
}
