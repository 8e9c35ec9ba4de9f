package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// takeover is how the fields of a live object pass to stowage: what its managed fields
// become, and which annotations go. Nothing else changes, so that no controller has
// anything to do.
type takeover struct {
	live     *unstructured.Unstructured
	tools    bool           // the tool that owns the object loses it
	managers []string       // whose fields pass, each once
	set      *fieldpath.Set // what stowage owns then
	entries  []any          // the managed fields then
	gone     []path         // annotations that go
	marks    []path         // labels that go with the next apply: stowage owns them, and sends none
}

// takeOver works out how a live object becomes stowage's.
//
// The fields of those who deploy pass as a whole: what of them the configuration has not
// goes with the next apply, as it would have with theirs. Of all others but the cluster's
// controllers only the fields pass that the configuration has as well: with the same
// values, or, with tools, with any. With tools also the marks go by which the tool that
// owns the object knows it.
func takeOver(live, want *unstructured.Unstructured, tools bool) (*takeover, error) {
	t := &takeover{live: live, tools: tools, set: &fieldpath.Set{}}
	t.findMarks(want)
	there, rendered, other, err := compareFields(live, want)
	if err != nil {
		return nil, err
	}
	shared := rendered
	if !tools {
		shared = rendered.RecursiveDifference(other)
	}
	left, err := leftToOthers(live, want)
	if err != nil {
		return nil, err
	}
	metadata, _ := live.Object["metadata"].(map[string]any)
	entries, _ := metadata["managedFields"].([]any)
	newest := ""
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		passes, stays, err := t.divide(entry, shared, there, left)
		if err != nil {
			return nil, err
		}
		if stays != nil {
			t.entries = append(t.entries, stays)
		}
		if passes != nil {
			t.set = t.set.Union(passes)
			at, _ := entry["time"].(string)
			newest = max(newest, at) // of one form, and all in UTC
		}
	}
	if t.set.Empty() {
		t.set = rendered.Intersection(there) // nobody says whose they are
	}
	return t, t.addOwn(want.GetAPIVersion(), newest)
}

// addOwn adds the entry of what is stowage's then.
func (t *takeover) addOwn(apiVersion, at string) error {
	gone, err := setOfPaths(t.gone)
	if err != nil {
		return err
	}
	marks, err := setOfPaths(t.marks)
	if err != nil {
		return err
	}
	t.set = t.set.RecursiveDifference(gone).Union(marks)
	tree, err := treeOf(t.set)
	if err != nil {
		return err
	}
	own := map[string]any{
		"manager": FieldManager, "operation": "Apply", "apiVersion": apiVersion, "fieldsType": "FieldsV1", "fieldsV1": tree,
	}
	if at != "" {
		own["time"] = at
	}
	t.entries = append([]any{own}, t.entries...)
	return nil
}

// divide says what of an entry of the managed fields passes to stowage, and returns the
// entry that stays; nil for nothing.
func (t *takeover) divide(entry map[string]any, shared, there, left *fieldpath.Set) (passes *fieldpath.Set, stays map[string]any, err error) {
	o, ok := ownershipIn(entry)
	own := ok && o.manager == FieldManager && o.subresource == ""
	if !ok || !own && !mayPass(o) {
		return nil, entry, nil
	}
	set, err := setOf(o.tree)
	if err != nil {
		return nil, nil, err
	}
	whole := own || isDeployer(o.manager) || set.Has(lastAppliedPath)
	passes, rest := set, &fieldpath.Set{}
	if !own {
		passes = set.RecursiveDifference(left)
		rest = set.Difference(passes)
	}
	if !whole {
		passes = passes.Intersection(shared)
		rest = set.Difference(passes)
	}
	if entry["apiVersion"] != t.live.GetAPIVersion() {
		passes = passes.Intersection(there) // the same field may be elsewhere in another version
	}
	switch {
	case passes.Empty() && !rest.Empty():
		return nil, entry, nil
	case !own && !slices.Contains(t.managers, o.manager):
		t.managers = append(t.managers, o.manager)
	}
	if rest.Empty() {
		return passes, nil, nil
	}
	tree, err := treeOf(rest)
	return passes, overlaid(entry, map[string]any{"fieldsV1": tree}), err
}

// mayPass reports whether an entry of somebody else's is of a kind that passes: what is
// written to a subresource does not, but for a number of pods that people have set.
func mayPass(o ownership) bool {
	return !isController(o.manager) && (o.subresource == "" || o.subresource == "scale" && isDeployer(o.manager))
}

var lastAppliedPath = fieldpath.MakePathOrDie("metadata", "annotations", annotationLastApplied)

// restartedPath is where "rollout restart" notes when it was. To take it away would roll
// the pods once more.
var restartedPath = path{
	{field: "spec"}, {field: "template"}, {field: "metadata"}, {field: "annotations"}, {field: "kubectl.kubernetes.io/restartedAt"},
}

// leftToOthers returns the fields that stay with whoever has set them: those that the
// configuration leaves to others, a number of pods that it does not say, and when pods
// were last restarted by hand.
func leftToOthers(live, want *unstructured.Unstructured) (*fieldpath.Set, error) {
	var paths []path
	for _, text := range ignoredIn(want) {
		if p, ok := resolvePath(segmentsOf(text), live, want); ok {
			paths = append(paths, p)
		}
	}
	for _, p := range []path{replicasPath, restartedPath} {
		if _, rendered := lookup(want.Object, p); !rendered {
			paths = append(paths, p)
		}
	}
	return setOfPaths(paths)
}

func setOfPaths(paths []path) (*fieldpath.Set, error) {
	all := &fieldpath.Set{}
	for _, p := range paths {
		set, err := setOf(treeTo(p))
		if err != nil {
			return nil, err
		}
		all = all.Union(set)
	}
	return all, nil
}

// treeTo returns the tree that has one field.
func treeTo(p path) fieldTree {
	if len(p) == 0 {
		return fieldTree{}
	}
	return fieldTree{p[0].name(): treeTo(p[1:])}
}

// compareFields returns the fields of both objects as managed fields name them, and
// those that both have with different values.
func compareFields(live, want *unstructured.Unstructured) (there, rendered, other *fieldpath.Set, err error) {
	types := mergeTypes(want.GroupVersionKind())
	before, err := types.ObjectToTyped(withoutManagedFields(live))
	if err != nil {
		return nil, nil, nil, fmt.Errorf("the live object does not fit its type: %w", err)
	}
	after, err := types.ObjectToTyped(want)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("does not fit its type: %w", err)
	}
	difference, err := before.Compare(after)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("cannot be compared with the live object: %w", err)
	}
	if there, err = before.ToFieldSet(); err != nil {
		return nil, nil, nil, fmt.Errorf("cannot list the fields: %w", err)
	}
	if rendered, err = after.ToFieldSet(); err != nil {
		return nil, nil, nil, fmt.Errorf("cannot list the fields: %w", err)
	}
	return there, rendered, difference.Modified, nil
}

// findMarks notes the annotations and labels that go: kubectl's of its last apply, and
// with tools those that say which tool owns the object.
func (t *takeover) findMarks(want *unstructured.Unstructured) {
	for _, name := range slices.Sorted(maps.Keys(t.live.GetAnnotations())) {
		if name == annotationLastApplied || t.tools && isToolMark(name) {
			t.gone = append(t.gone, path{{field: "metadata"}, {field: "annotations"}, {field: name}})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.live.GetLabels())) {
		if _, rendered := want.GetLabels()[name]; t.tools && isToolMark(name) && !rendered {
			t.marks = append(t.marks, path{{field: "metadata"}, {field: "labels"}, {field: name}})
		}
	}
}

// after returns the live object as it is once its fields have passed.
func (t *takeover) after() *unstructured.Unstructured {
	result := t.live.DeepCopy()
	for _, p := range t.gone {
		setAt(result.Object, p, nil, false)
	}
	metadata, _ := result.Object["metadata"].(map[string]any)
	metadata["managedFields"] = t.entries
	return result
}

// patch returns the JSON patch that makes the fields pass, of the very state of the
// object that it was worked out from: on any other one it is a Conflict.
func (t *takeover) patch() ([]byte, error) {
	ops := []map[string]any{
		{"op": "replace", "path": "/metadata/resourceVersion", "value": t.live.GetResourceVersion()},
		{"op": "add", "path": "/metadata/managedFields", "value": t.entries},
	}
	for _, p := range t.gone {
		ops = append(ops, map[string]any{"op": "remove", "path": pointer(p)})
	}
	return json.Marshal(ops)
}

// pointer writes a path of plain fields as a JSON pointer.
func pointer(p path) string {
	var b strings.Builder
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for _, s := range p {
		b.WriteString("/" + escape.Replace(s.field))
	}
	return b.String()
}
