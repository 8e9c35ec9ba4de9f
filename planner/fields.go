package planner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
)

// fieldTree is a set of fields as the API server writes it down in
// managedFields[].fieldsV1: nested maps whose keys are "f:<field>",
// "k:<JSON of the merge key>", "v:<JSON of a set's value>", "i:<index>", and
// "." for the node itself. A node without children is owned as a whole.
type fieldTree = map[string]any

// ownership is one entry of managedFields.
type ownership struct {
	manager     string
	operation   string
	subresource string
	time        time.Time
	tree        fieldTree
}

// ownershipsOf reads managedFields without copying them. What is malformed is
// left out: fewer owned fields only lead to more questions to the server.
func ownershipsOf(u *unstructured.Unstructured) []ownership {
	metadata, _ := u.Object["metadata"].(map[string]any)
	entries, _ := metadata["managedFields"].([]any)
	owners := make([]ownership, 0, len(entries))
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		if o, ok := ownershipIn(entry); ok {
			owners = append(owners, o)
		}
	}
	return owners
}

// ownershipIn reads one entry.
func ownershipIn(entry map[string]any) (ownership, bool) {
	tree, ok := entry["fieldsV1"].(fieldTree)
	if !ok {
		return ownership{}, false
	}
	o := ownership{tree: tree}
	o.manager, _ = entry["manager"].(string)
	o.operation, _ = entry["operation"].(string)
	o.subresource, _ = entry["subresource"].(string)
	if at, ok := entry["time"].(string); ok {
		o.time, _ = time.Parse(time.RFC3339, at)
	}
	return o, true
}

// ours reports whether it is what stowage applied.
func (o ownership) ours() bool {
	return o.manager == FieldManager && o.operation == "Apply" && o.subresource == ""
}

// ownTree returns the fields that stowage owns, or nil.
func ownTree(u *unstructured.Unstructured) fieldTree {
	for _, o := range ownershipsOf(u) {
		if o.ours() {
			return o.tree
		}
	}
	return nil
}

// step is one step of a path: a field of a map, an item of a list by its merge
// key, a value of a set, or an item of any other list by its index.
type step struct {
	kind  stepKind
	field string
	key   map[string]any
	value any
	index int
}

type stepKind int

const (
	stepField stepKind = iota
	stepKey
	stepValue
	stepIndex
)

// path leads to a field.
type path []step

// with returns the path one step further. It never shares its last step with
// another path.
func (p path) with(s step) path { return append(p[:len(p):len(p)], s) }

// String writes the path as people do:
// spec.template.spec.containers[petclinic].env[TEST].value.
func (p path) String() string {
	var b strings.Builder
	for i, s := range p {
		switch {
		case s.kind != stepField:
			b.WriteString("[" + s.label() + "]")
		case strings.ContainsAny(s.field, "./[] "):
			b.WriteString("[" + s.field + "]")
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.field)
		}
	}
	return b.String()
}

// label is what stands between the brackets.
func (s step) label() string {
	switch s.kind {
	case stepKey:
		parts := make([]string, 0, len(s.key))
		for _, name := range slices.Sorted(maps.Keys(s.key)) {
			parts = append(parts, fmt.Sprint(s.key[name]))
		}
		return strings.Join(parts, "/")
	case stepValue:
		return fmt.Sprint(s.value)
	default:
		return strconv.Itoa(s.index)
	}
}

// descend returns the node of the tree one step further, or nil.
func descend(tree fieldTree, s step) fieldTree {
	switch s.kind {
	case stepField:
		child, _ := tree["f:"+s.field].(fieldTree)
		return child
	case stepIndex:
		child, _ := tree["i:"+strconv.Itoa(s.index)].(fieldTree)
		return child
	case stepKey, stepValue:
		for name, child := range tree {
			if key, ok := parseKey(name); ok && s.kind == stepKey && equalValues(key, s.key) {
				return asTree(child)
			}
			if value, ok := parseSetValue(name); ok && s.kind == stepValue && equalValues(value, s.value) {
				return asTree(child)
			}
		}
	}
	return nil
}

// owns reports whether the tree holds the field, something in it, or the
// whole that it is a part of.
func owns(tree fieldTree, p path) bool {
	for _, s := range p {
		if isLeaf(tree) {
			return true
		}
		if tree = descend(tree, s); tree == nil {
			return false
		}
	}
	return tree != nil
}

// isLeaf reports whether the node is owned as a whole.
func isLeaf(tree fieldTree) bool {
	_, self := tree["."]
	return tree != nil && (len(tree) == 0 || self && len(tree) == 1)
}

func asTree(v any) fieldTree {
	t, _ := v.(fieldTree)
	return t
}

// parseKey reads the merge key out of "k:{...}".
func parseKey(name string) (map[string]any, bool) {
	text, ok := strings.CutPrefix(name, "k:")
	if !ok {
		return nil, false
	}
	var key map[string]any
	if err := json.Unmarshal([]byte(text), &key); err != nil || len(key) == 0 {
		return nil, false
	}
	return key, true
}

// parseSetValue reads the value out of "v:...".
func parseSetValue(name string) (any, bool) {
	text, ok := strings.CutPrefix(name, "v:")
	if !ok {
		return nil, false
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return nil, false
	}
	return value, true
}

// lookup returns the value at a path.
func lookup(v any, p path) (any, bool) {
	for _, s := range p {
		var ok bool
		if v, ok = s.in(v); !ok {
			return nil, false
		}
	}
	return v, true
}

// in takes the step from v.
func (s step) in(v any) (any, bool) {
	if s.kind == stepField {
		m, _ := v.(map[string]any)
		child, ok := m[s.field]
		return child, ok
	}
	list, _ := v.([]any)
	if s.kind == stepIndex {
		if s.index < len(list) {
			return list[s.index], true
		}
		return nil, false
	}
	for _, exact := range []bool{true, false} {
		for _, item := range list {
			if s.matches(item, exact) {
				return item, true
			}
		}
	}
	return nil, false
}

// matches reports whether the step leads to the item. When not exact, a part of
// the key that the item does not have counts as equal, since the server gives
// parts of keys a default (such as protocol TCP).
func (s step) matches(item any, exact bool) bool {
	if s.kind == stepValue {
		return equalValues(item, s.value)
	}
	m, ok := item.(map[string]any)
	if !ok {
		return false
	}
	for name, want := range s.key {
		got, has := m[name]
		if has && !equalValues(got, want) || !has && exact {
			return false
		}
	}
	return true
}

// equalValues compares decoded values. An integer equals a float of the same
// value; a string equals nothing but itself.
func equalValues(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for k, v := range a {
			if w, ok := b[k]; !ok || !equalValues(v, w) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equalValues)
	case string:
		b, ok := b.(string)
		return ok && a == b
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	case nil:
		return b == nil
	}
	return equalNumbers(a, b)
}

// equalNumbers compares what is left when all other types are told apart.
// An integer that a float cannot hold exactly never equals one.
func equalNumbers(a, b any) bool {
	i, aIsInt := integer(a)
	j, bIsInt := integer(b)
	if aIsInt && bIsInt {
		return i == j
	}
	f, aOK := float(a)
	g, bOK := float(b)
	const exact = 1 << 53
	return aOK && bOK && f == g && cmp.Compare(f, exact) < 0 && cmp.Compare(f, -exact) > 0
}

func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case int:
		return int64(n), true
	case int32:
		return int64(n), true
	}
	return 0, false
}

func float(v any) (float64, bool) {
	if n, ok := integer(v); ok {
		return float64(n), true
	}
	f, ok := v.(float64)
	return f, ok
}

// within reports whether everything that part says is also in whole. Lists
// must be of one length.
func within(part, whole any) bool {
	switch p := part.(type) {
	case map[string]any:
		w, ok := whole.(map[string]any)
		if !ok {
			return false
		}
		for k, v := range p {
			if x, ok := w[k]; !ok || !within(v, x) {
				return false
			}
		}
		return true
	case []any:
		w, ok := whole.([]any)
		return ok && slices.EqualFunc(p, w, within)
	}
	return equalValues(part, whole)
}
