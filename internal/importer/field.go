package importer

import (
	"fmt"

	"stowage/internal/manifest"
)

// field is a value in a manifest, and where it stands.
type field struct {
	value any // nil: there is none
	path  string
}

// at returns a field inside of this one.
func (f field) at(names ...string) field {
	for _, name := range names {
		object, _ := f.value.(map[string]any)
		f = field{object[name], manifest.Path(f.path, name)}
	}
	return f
}

func (f field) exists() bool { return f.value != nil }

// list returns the items of a list.
func (f field) list() []field {
	values, _ := f.value.([]any)
	list := make([]field, len(values))
	for i, v := range values {
		list[i] = field{v, manifest.IndexPath(f.path, i)}
	}
	return list
}

// object returns the fields of an object; it may be nil.
func (f field) object() map[string]any {
	object, _ := f.value.(map[string]any)
	return object
}

// text returns text, "" if it is none.
func (f field) text() string {
	text, _ := f.value.(string)
	return text
}

// number returns a whole number, 0 if it is none.
func (f field) number() int64 {
	n, _ := f.value.(int64)
	return n
}

// is reports whether the field has a value.
func (f field) is(v any) bool { return f.value == v }

// has reports whether an object has only these fields, so that nothing of it is left out.
func (f field) hasOnly(names ...string) bool {
	known := map[string]bool{}
	for _, name := range names {
		known[name] = true
	}
	for name := range f.object() {
		if !known[name] {
			return false
		}
	}
	return true
}

// texts returns an object whose fields are all text.
func (f field) texts() map[string]string {
	texts := map[string]string{}
	for name, v := range f.object() {
		if text, ok := v.(string); ok {
			texts[name] = text
		}
	}
	return texts
}

// written returns what somebody has to write of an object: without what comes by default, and
// in the words of its document.
func (o *object) written() field {
	if o.bare == nil {
		o.bare, _ = meant(o.Object.Object, manifest.WithoutDefaults(o.Object).Object).(map[string]any)
	}
	return field{value: o.bare}
}

// defaulted returns an object with what comes by default.
func defaulted(o *object) field { return field{value: manifest.Default(o.Object).Object} }

// meant returns what of a value is in its reduced form too, as it is written: "0.5" and not
// "500m".
func meant(original, reduced any) any {
	switch reduced := reduced.(type) {
	case map[string]any:
		was, ok := original.(map[string]any)
		if !ok {
			return reduced
		}
		both := map[string]any{}
		for name, v := range reduced {
			if w, had := was[name]; had {
				both[name] = meant(w, v)
			}
		}
		return both
	case []any:
		was, ok := original.([]any)
		if !ok || len(was) != len(reduced) {
			return reduced
		}
		list := make([]any, len(reduced))
		for i := range reduced {
			list[i] = meant(was[i], reduced[i])
		}
		return list
	case int64:
		return reduced
	}
	return original
}

// take adds an argument with the value of a field, if there is one.
func (b *block) take(name string, f field) {
	if f.exists() {
		b.set(name, b.from.expression(f.value, f.path), f.path)
	}
}

// takeTrue adds an argument that is false if nothing is said.
func takeTrue(b *block, name string, f field) {
	if f.is(true) {
		b.set(name, true, f.path)
	}
}

// takeSeconds adds an argument with a duration.
func (b *block) takeSeconds(name string, f field) {
	if f.exists() {
		b.set(name, duration(f.number()), f.path)
	}
}

// duration writes seconds in the largest unit that they are a whole number of.
func duration(seconds int64) string {
	const minute, hour = 60, 60 * 60
	switch {
	case seconds != 0 && seconds%hour == 0:
		return fmt.Sprintf("%dh", seconds/hour)
	case seconds != 0 && seconds%minute == 0:
		return fmt.Sprintf("%dm", seconds/minute)
	}
	return fmt.Sprintf("%ds", seconds)
}
