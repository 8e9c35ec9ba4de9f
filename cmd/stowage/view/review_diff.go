package view

import (
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"stowage/planner"
)

// diffLine is a line of what changes in an object. Its text is one line, and printable.
type diffLine struct {
	sign diffSign
	text string
}

// diffSign tells what a line of a diff is.
type diffSign byte

// The signs of lines.
const (
	signField diffSign = '@' // the field or key that the lines after it are about
	signMinus diffSign = '-'
	signPlus  diffSign = '+'
	signSame  diffSign = ' ' // what is around it
	signNote  diffSign = '!' // a remark
)

// diffOf returns what changes in an object, field by field and key by key. Of drift, which
// the plan undoes, the value before is the one that somebody else set.
func diffOf(change *planner.Change) []diffLine {
	var d diffLines
	if change.Data != nil {
		for _, key := range change.Data.Keys {
			d.key(key)
		}
	}
	for _, field := range worthShowing(change.Diff) {
		d.difference(field, fieldLines)
	}
	for _, owner := range change.Drift {
		d.drift(change.Action, owner, slices.ContainsFunc(change.Diff, func(f planner.FieldDiff) bool { return f.Path == owner.Path }))
	}
	for _, claim := range change.Grow {
		d.add(signField, "PersistentVolumeClaim "+claim.Name)
		d.add(signMinus, claim.From)
		d.add(signPlus, claim.To)
	}
	return d
}

// driftOf returns what others have changed in an object: the value before is the one that
// was applied, as everywhere that drift is looked back at.
func driftOf(change *planner.Change) []diffLine {
	var d diffLines
	for _, owner := range change.Drift {
		field := planner.FieldDiff{Path: owner.Path, Op: planner.Update, Before: owner.Config, After: owner.Live, Masked: owner.Masked}
		if owner.Live == nil && !owner.Masked {
			field.Op = planner.Delete
		}
		d.difference(field, fieldLines)
		d.add(signNote, driftBy(change.Action, owner))
	}
	return d
}

type diffLines []diffLine

func (d *diffLines) add(sign diffSign, text string) {
	*d = append(*d, diffLine{sign, printable(text)})
}

// key adds one key of a ConfigMap or Secret. Of a value of several lines only those
// that change are shown, and a little of what is around them.
func (d *diffLines) key(key planner.FieldDiff) {
	before, after := text(key.Before), text(key.After)
	if key.Masked || !isLong(before+after) {
		d.difference(key, func(value any) []string { return []string{dataValue(value)} })
		return
	}
	d.add(signField, key.Path)
	for _, line := range lineDiff(before, after) {
		at := 0
		if n, _ := fmt.Sscanf(line.text, "@@ -%d", &at); n == 1 {
			d.add(signNote, fmt.Sprintf("from line %d", max(at, 1)))
			continue
		}
		d.add(diffSign(line.text[0]), line.text[1:])
	}
}

// isLong reports whether a text has several lines.
func isLong(text string) bool { return strings.Contains(strings.TrimRight(text, "\n"), "\n") }

// difference adds one field or key, its values written by lines.
func (d *diffLines) difference(field planner.FieldDiff, lines func(any) []string) {
	d.add(signField, field.Path)
	if field.Masked {
		if field.Op != planner.Create {
			d.add(signMinus, sensitiveValue)
		}
		if field.Op != planner.Delete {
			d.add(signPlus, sensitiveValue)
		}
		return
	}
	if field.Op != planner.Create {
		for _, line := range lines(field.Before) {
			d.add(signMinus, line)
		}
	}
	if field.Op != planner.Delete {
		for _, line := range lines(field.After) {
			d.add(signPlus, line)
		}
	}
}

// drift adds one field of ours that somebody else changed, with its values unless they
// are shown as a change already.
func (d *diffLines) drift(action planner.Action, owner planner.FieldOwner, shown bool) {
	if shown {
		d.add(signNote, driftBy(action, owner)+": "+owner.Path)
		return
	}
	d.difference(planner.FieldDiff{Path: owner.Path, Op: planner.Update, Before: owner.Live, After: owner.Config, Masked: owner.Masked}, fieldLines)
	d.add(signNote, driftBy(action, owner))
}

// driftWord is what it is called that a field is not as the configuration has it: where
// an object is taken over, nobody has promised that it is.
func driftWord(action planner.Action) string {
	if action == planner.Adopt {
		return "set"
	}
	return "drift"
}

// driftBy says who changed a field, and when.
func driftBy(action planner.Action, owner planner.FieldOwner) string {
	by := driftWord(action) + " by " + owner.Manager
	if !owner.Time.IsZero() {
		by += " at " + moment(owner.Time)
	}
	return by
}

// fieldLines writes the value of a field; one that has parts as YAML.
func fieldLines(value any) []string {
	switch v := value.(type) {
	case string:
		if isLong(v) {
			return strings.Split(strings.TrimRight(v, "\n"), "\n")
		}
	case map[string]any, []any:
		if document, err := yaml.Marshal(value); err == nil {
			return strings.Split(strings.TrimRight(string(document), "\n"), "\n")
		}
	}
	return []string{fieldValue(value)}
}

// shortened returns the diff cut to so many lines, and each of them to so many
// characters, with a remark about what is left out.
func shortened(lines []diffLine, most, width int) []diffLine {
	cut := slices.Clone(lines[:min(len(lines), most)])
	for i, line := range cut {
		if runes := []rune(line.text); len(runes) > width {
			cut[i].text = fmt.Sprintf("%s… (%d more characters)", string(runes[:width]), len(runes)-width)
		}
	}
	if more := len(lines) - len(cut); more > 0 {
		cut = append(cut, diffLine{signNote, fmt.Sprintf("and %s", plural(more, "more line"))})
	}
	return cut
}
