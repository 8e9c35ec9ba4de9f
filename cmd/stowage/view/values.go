package view

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"stowage/planner"
)

// sensitiveValue stands for a value that is not shown.
const sensitiveValue = "(sensitive)"

// bookkeeping are fields by which stowage knows versions again.
var bookkeeping = []string{
	"metadata.annotations[" + planner.AnnotationBuild + "]", "metadata.annotations[" + planner.AnnotationDeployed + "]",
	"metadata.annotations[" + planner.AnnotationRollout + "]",
}

// worthShowing returns the fields without those that only keep books about the
// others.
func worthShowing(fields []planner.FieldDiff) []planner.FieldDiff {
	shown := slices.DeleteFunc(slices.Clone(fields), func(d planner.FieldDiff) bool { return slices.Contains(bookkeeping, d.Path) })
	if len(shown) == 0 {
		return fields
	}
	return shown
}

// fieldDiff adds one field that changes. Values stand beside the path where
// there is room, and under it where not.
func (p *page) fieldDiff(d planner.FieldDiff) {
	p.difference(d, fieldValue)
}

// keyDiff adds one key of a ConfigMap or Secret that changes. A value of
// several lines is shown as what changes in it, line by line.
func (p *page) keyDiff(d planner.FieldDiff) {
	before, after := text(d.Before), text(d.After)
	if d.Masked || !strings.Contains(strings.TrimRight(before+after, "\n"), "\n") {
		p.difference(d, dataValue)
		return
	}
	p.line(txt("      "), mark(d.Op), txt(" "+d.Path))
	for _, line := range lineDiff(before, after) {
		p.line(txt("          "), line)
	}
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

// lineDiff returns the lines that differ, with a little of what is around.
func lineDiff(before, after string) []span {
	unified := string(diff.Diff("before", []byte(withNewline(before)), "after", []byte(withNewline(after))))
	var lines []span
	for i, line := range strings.Split(strings.TrimSuffix(unified, "\n"), "\n") {
		switch {
		case i < 3: // the heading, which names no files that exist
		case strings.HasPrefix(line, "+"):
			lines = append(lines, span{line, green})
		case strings.HasPrefix(line, "-"):
			lines = append(lines, span{line, red})
		default:
			lines = append(lines, span{line, dim})
		}
	}
	return lines
}

func withNewline(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") {
		return s
	}
	return s + "\n"
}

// difference adds one changed field or key, its values written by format.
func (p *page) difference(d planner.FieldDiff, format func(any) string) {
	values := valuesOf(d, format)
	head := []span{txt("      "), mark(d.Op), txt(" " + d.Path)}
	used := 6 + 2 + columns(d.Path) + 2
	need := 0
	for _, v := range values {
		need += columns(v.text)
	}
	switch {
	case used+need <= p.width:
		p.line(append(append(head, txt("  ")), values...)...)
	case 12+need <= p.width || len(values) == 1:
		p.line(head...)
		p.line(append([]span{txt(spaces(12))}, values...)...)
	default:
		p.line(head...)
		p.line(txt(spaces(12)), values[0])
		p.line(txt(spaces(9)+"-> "), values[2])
	}
}

// valuesOf returns what is shown of a changed field's values.
func valuesOf(d planner.FieldDiff, format func(any) string) []span {
	switch {
	case d.Masked && d.Op == planner.Update:
		return []span{{sensitiveValue + " changes", dim}}
	case d.Masked:
		return []span{{sensitiveValue, dim}}
	case d.Op == planner.Create:
		return []span{{format(d.After), green}}
	case d.Op == planner.Delete:
		return []span{{format(d.Before), red}}
	default:
		return []span{{format(d.Before), red}, txt(" -> "), {format(d.After), green}}
	}
}

// drift adds one field of ours that somebody else changed, or that somebody has set in
// what is taken over, with its values unless they are shown as a change already.
func (p *page) drift(action planner.Action, d planner.FieldOwner, shown bool) {
	live, config := fieldValue(d.Live), fieldValue(d.Config)
	if d.Masked {
		live, config = sensitiveValue, sensitiveValue
	}
	at := ""
	if !d.Time.IsZero() {
		at = " at " + moment(d.Time)
	}
	text := fmt.Sprintf("by %s%s: %s", d.Manager, at, d.Path)
	if !shown {
		text += fmt.Sprintf(": live %s, configuration %s", live, config)
	}
	label := "      " + driftWord(action) + " "
	p.para(span{label, yellow}, len(label), plain, text)
}

// bareWord matches strings that read the same without quotes and cannot be
// taken for a number, a boolean or null.
var bareWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._/:@-]*$`)

// fieldValue writes the value of a field: JSON, but for quotes that add nothing.
func fieldValue(value any) string {
	if s, ok := value.(string); ok && bareWord.MatchString(s) {
		switch strings.ToLower(s) {
		case "true", "false", "null", "yes", "no", "on", "off":
		default:
			return s
		}
	}
	return dataValue(value)
}

// dataValue writes the value of a key, always quoted, so that nobody has to
// guess where it ends.
func dataValue(value any) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(out.String(), "\n")
}
