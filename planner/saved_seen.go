package planner

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// subkey returns the key for one purpose: a digest that was made for one is of no
// use for another.
func subkey(key []byte, purpose string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("stowage saved plan: " + purpose))
	return mac.Sum(nil)
}

// seer notes what a live object is like, without its values.
type seer struct{ mac hash.Hash }

func newSeer(key []byte) *seer {
	return &seer{hmac.New(sha256.New, subkey(key, "live fields"))}
}

// digestSize is how much of a digest is kept, in bytes. A file has one for each field.
const digestSize = 8

// digest returns that of a value at a place, or of none being there. Equal values at
// two places have two digests.
func (s *seer) digest(place string, value any, there bool) string {
	text := []byte("absent")
	if there {
		var err error
		if text, err = json.Marshal(value); err != nil { // sorts the keys
			panic(fmt.Sprintf("%s cannot be written as JSON: %v", place, err)) // it came as JSON
		}
	}
	s.mac.Reset()
	s.mac.Write([]byte(place))
	s.mac.Write([]byte{0})
	s.mac.Write(text)
	return hex.EncodeToString(s.mac.Sum(nil)[:digestSize])
}

// placeOf names an object and the tree of its fields.
func placeOf(id ObjectID) string {
	return strings.Join([]string{id.Group, id.Kind, id.Namespace, id.Name}, "\x00")
}

// deletionPath is where an object says that it is on its way out.
var deletionPath = fieldPaths("metadata.deletionTimestamp")[0]

// see returns the fields of a change's live object that stowage owns, that it is to
// get, and whether it is being deleted, as a tree of digests. What is left open is not
// among them.
func (s *seer) see(c *Change, open []path) map[string]any {
	live := c.Before
	w := seeing{seer: s, open: open}
	for _, o := range ownershipsOf(live) {
		w.all = append(w.all, o.tree)
	}
	want := map[string]any{}
	if c.Object != nil {
		want = appliedFields(c.Object.Object)
	}
	fields := appliedFields(live.Object)
	place := placeOf(c.ID)
	tree := w.fields(place, nil, ownTree(live), w.all, fields, want)
	metadata, _ := tree["f:metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
		tree["f:metadata"] = metadata
	}
	_, there := lookup(live.Object, deletionPath)
	metadata["f:deletionTimestamp"] = s.digest(place+"/f:metadata/f:deletionTimestamp", there, true)
	return tree
}

// seeing is the walk through one object. Each step of it has a node of what stowage
// owns, nil for none; those of all owners, which tell the items of lists apart; and the
// live and the wanted value.
type seeing struct {
	*seer
	open []path
	all  []fieldTree
}

// node adds what is at a path to the tree of its parent.
func (w *seeing) node(parent map[string]any, place string, p path, own fieldTree, all []fieldTree, live any, there bool, want any) {
	name := p[len(p)-1].name()
	place += "/" + name
	if w.isOpen(p) {
		return
	}
	var children map[string]any
	switch live := live.(type) {
	case map[string]any:
		fields, isMap := want.(map[string]any)
		if own != nil && !isLeaf(own) || own == nil && isMap {
			children = w.fields(place, p, own, all, live, fields)
		}
	case []any:
		items, isList := want.([]any)
		if own != nil && !isLeaf(own) || own == nil && isList && itemSteps(all) != nil {
			children = w.items(place, p, own, all, live, items)
		}
	}
	if len(children) > 0 {
		parent[name] = children
		return
	}
	parent[name] = w.digest(place, live, there)
}

func (w *seeing) fields(place string, p path, own fieldTree, all []fieldTree, live, want map[string]any) map[string]any {
	tree := map[string]any{}
	for _, field := range fieldsOf(own, want) {
		s := step{field: field}
		value, there := live[field]
		w.node(tree, place, p.with(s), descend(own, s), children(all, s), value, there, want[field])
	}
	return tree
}

func (w *seeing) items(place string, p path, own fieldTree, all []fieldTree, live, want []any) map[string]any {
	tree := map[string]any{}
	for _, s := range itemsOf(own, all, want) {
		value, there := s.in(live)
		wanted, _ := s.in(want)
		w.node(tree, place, p.with(s), descend(own, s), children(all, s), value, there, wanted)
	}
	return tree
}

// isOpen reports whether what is at a path is left to others, be it as a part of a whole.
func (w *seeing) isOpen(p path) bool {
	return slices.ContainsFunc(w.open, func(open path) bool { return open.String() == p.String() })
}

// fieldsOf returns the fields that are owned or wanted.
func fieldsOf(own fieldTree, want map[string]any) []string {
	names := slices.Collect(maps.Keys(want))
	for name := range own {
		if field, ok := strings.CutPrefix(name, "f:"); ok {
			names = append(names, field)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// itemsOf returns the steps to the items that are owned or wanted.
func itemsOf(own fieldTree, all []fieldTree, want []any) []step {
	var steps []step
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if s, ok := stepNamed(name); ok {
			steps = append(steps, s)
		}
	}
	stepOf := itemSteps(all)
	for _, item := range want {
		if stepOf == nil {
			break
		}
		s, ok := stepOf(item)
		if !ok || slices.ContainsFunc(steps, func(other step) bool { return other.name() == s.name() }) {
			continue // the server fills in a part of its key; then it is known by what is owned
		}
		steps = append(steps, s)
	}
	return steps
}

// name returns the step as managedFields write it.
func (s step) name() string {
	switch s.kind {
	case stepField:
		return "f:" + s.field
	case stepIndex:
		return "i:" + strconv.Itoa(s.index)
	case stepKey:
		return "k:" + jsonOf(s.key)
	default:
		return "v:" + jsonOf(s.value)
	}
}

func jsonOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("%v cannot be written as JSON: %v", v, err)) // it came as JSON
	}
	return string(text)
}

// stepNamed is the opposite of name.
func stepNamed(name string) (step, bool) {
	if field, ok := strings.CutPrefix(name, "f:"); ok {
		return step{field: field}, true
	}
	if key, ok := parseKey(name); ok {
		return step{kind: stepKey, key: key}, true
	}
	if value, ok := parseSetValue(name); ok {
		return step{kind: stepValue, value: value}, true
	}
	if text, ok := strings.CutPrefix(name, "i:"); ok {
		index, err := strconv.Atoi(text)
		return step{kind: stepIndex, index: index}, err == nil && index >= 0
	}
	return step{}, false
}

// moved returns the paths of the fields of a live object that are not as they were seen,
// in the order of their names.
func (s *seer) moved(id ObjectID, seen map[string]any, live *unstructured.Unstructured) []path {
	fields := overlaid(appliedFields(live.Object), nil)
	metadata, _ := fields["metadata"].(map[string]any)
	_, deleted := lookup(live.Object, deletionPath)
	fields["metadata"] = overlaid(metadata, map[string]any{deletionPath[1].field: deleted})
	return s.compare(nil, placeOf(id), nil, seen, fields)
}

func (s *seer) compare(moved []path, place string, p path, seen map[string]any, live any) []path {
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		next, ok := stepNamed(name)
		if !ok {
			moved = append(moved, p) // not what stowage has written
			continue
		}
		at, below := p.with(next), place+"/"+name
		value, there := next.in(live)
		switch was := seen[name].(type) {
		case map[string]any:
			if !there {
				moved = append(moved, at) // with all that was in it
				continue
			}
			moved = s.compare(moved, below, at, was, value)
		default:
			if was != s.digest(below, value, there) {
				moved = append(moved, at)
			}
		}
	}
	return moved
}
