package dsl

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// entry is one item of a map or object, with its marks.
type entry struct {
	key   string
	value cty.Value
	rng   hcl.Range // key and value as written, or else the whole map
}

// entries evaluates an argument that is a map or object. The items come sorted
// by key; those that are null are left out, as if not written. An object that is spelt out is evaluated
// item by item, so that one mistake does not hide others.
func (s *scope) entries(a argument) ([]entry, bool) {
	if pairs, diags := hcl.ExprMap(a.expr); !diags.HasErrors() {
		return s.writtenEntries(pairs)
	}
	v, ok := s.value(a.expr)
	if !ok {
		return nil, false
	}
	v, marks := v.Unmark()
	if s.absent(a, v) {
		return nil, true
	}
	if ty := v.Type(); !ty.IsObjectType() && !ty.IsMapType() {
		s.invalid(a, "%q must be a map, as in { KEY = \"value\" }.", a.name)
		return nil, false
	}
	var list []entry
	for key, value := range v.Elements() {
		if !value.IsNull() {
			list = append(list, entry{key: key.AsString(), value: value.WithMarks(marks), rng: a.expr.Range()})
		}
	}
	return list, true
}

func (s *scope) writtenEntries(pairs []hcl.KeyValuePair) ([]entry, bool) {
	var list []entry
	ok := true
	first := make(map[string]hcl.Range, len(pairs))
	for _, pair := range pairs {
		rng := hcl.RangeBetween(pair.Key.Range(), pair.Value.Range())
		key, keyOK := s.keyText(pair.Key)
		value, valueOK := s.value(pair.Value)
		if !keyOK || !valueOK {
			ok = false
			continue
		}
		if at, twice := first[key]; twice {
			s.report(problem(&rng, "Duplicate key", "%q is already written at %s; only one of the two could count.", key, place(at)))
			ok = false
			continue
		}
		first[key] = rng
		if !value.IsNull() {
			list = append(list, entry{key: key, value: value, rng: rng})
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	return list, ok
}

// asWritten returns entries in the order in which they are written, for those that become a
// list: another order would be another list. What is computed keeps that of its keys.
func asWritten(list []entry) []entry {
	slices.SortStableFunc(list, func(a, b entry) int { return cmp.Compare(a.rng.Start.Byte, b.rng.Start.Byte) })
	return list
}

// keyText evaluates the key of one item of an object.
func (s *scope) keyText(expr hcl.Expression) (string, bool) {
	key, ok := s.value(expr)
	if !ok {
		return "", false
	}
	if isSensitive(key) {
		s.report(problem(expr.Range().Ptr(), "Sensitive key", "This key is made from a sensitive value. Keys are shown in plans; only values may be sensitive."))
		return "", false
	}
	key, _ = key.Unmark()
	key, err := convert.Convert(key, cty.String)
	if err != nil || key.IsNull() {
		s.report(problem(expr.Range().Ptr(), "Invalid key", "A key must be text."))
		return "", false
	}
	return key.AsString(), true
}

// checkKey checks the key of an entry. The keys of a sensitive map are not
// quoted in errors.
func (s *scope) checkKey(e entry, valid check) bool {
	err := valid(e.key)
	switch {
	case err == nil:
		return true
	case isSensitive(e.value):
		s.report(problem(&e.rng, "Invalid key", "A key of this sensitive map %s", ended(err)))
	default:
		s.report(problem(&e.rng, "Invalid key", "The key %q %s", e.key, ended(err)))
	}
	return false
}
