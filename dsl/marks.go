package dsl

import (
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
)

// sensitiveMark is the type of Sensitive.
type sensitiveMark struct{}

// GoString keeps the mark readable where go-cty prints it.
func (sensitiveMark) GoString() string { return "dsl.Sensitive" }

// Sensitive marks a value that may stand in Secrets and nowhere else. It
// passes to everything that is computed from the value.
var Sensitive = sensitiveMark{}

// keyMark marks a value that was read from a key of a config or secret block.
// As long as the value is unchanged, it can be rendered as a reference.
type keyMark struct {
	Kind DataKind
	Name string // the object's name, version included
	Key  string
}

// bytesMark keeps the bytes behind a string as they were read. go-cty
// normalises the Unicode of its strings, and files must arrive byte for byte.
type bytesMark struct{ raw *[]byte }

// exactly returns bytes as a string value that remembers them.
func exactly(raw []byte) cty.Value {
	s := string(raw)
	v := cty.StringVal(s)
	if utf8.Valid(raw) && v.AsString() == s {
		return v
	}
	return v.Mark(bytesMark{&raw})
}

// bytesOf returns the bytes of a known string: those it was made from, if it
// is still the same string, or its own.
func bytesOf(v cty.Value) []byte {
	v, marks := v.Unmark()
	s := v.AsString()
	for mark := range marks {
		if m, ok := mark.(bytesMark); ok && cty.NormalizeString(string(*m.raw)) == s {
			return *m.raw
		}
	}
	return []byte(s)
}

// isSensitive reports whether a value or anything inside it is sensitive.
func isSensitive(v cty.Value) bool { return v.HasMarkDeep(Sensitive) }

// keyOf returns the one key a value was read from; not ok when there is none
// or more than one.
func keyOf(v cty.Value) (key keyMark, ok bool) {
	_, marks := v.Unmark()
	for mark := range marks {
		if m, is := mark.(keyMark); is {
			if ok {
				return keyMark{}, false
			}
			key, ok = m, true
		}
	}
	return key, ok
}

// published strips a value of all marks but Sensitive, which it carries as a
// whole when anything inside it does.
func published(v cty.Value) cty.Value {
	plain, _ := v.UnmarkDeep()
	if isSensitive(v) {
		return plain.Mark(Sensitive)
	}
	return plain
}
