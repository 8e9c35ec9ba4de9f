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
// become. Nothing else changes, so that no controller has anything to do.
type takeover struct {
	live     *unstructured.Unstructured
	managers []string       // whose fields pass, each once
	set      *fieldpath.Set // what stowage owns then
	entries  []any          // the managed fields then
}

// takeOver works out how a live object becomes stowage's.
//
// The fields of those who deploy pass as a whole: what of them the configuration has not
// goes with the next apply, as it would have with theirs. Of all others but the cluster's
// controllers only the fields pass that the configuration has as well. The marks by which
// kubectl and, with tools, the tool that owns the object know it become stowage's,
// whoever wrote them, and so go too.
func takeOver(live, want *unstructured.Unstructured, tools bool) (*takeover, error) {
	t := &takeover{live: live, set: &fieldpath.Set{}}
	f, err := fieldsFor(live, want, tools)
	if err != nil {
		return nil, err
	}
	metadata, _ := live.Object["metadata"].(map[string]any)
	entries, _ := metadata["managedFields"].([]any)
	newest := ""
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		passes, stays, err := t.divide(entry, f)
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
	if len(entries) == 0 { // nobody says whose they are
		t.set = f.rendered.Intersection(f.there)
	}
	t.set = t.set.Union(f.marks)
	return t, t.addOwn(want.GetAPIVersion(), newest)
}

// addOwn adds the entry of what is stowage's then.
func (t *takeover) addOwn(apiVersion, at string) error {
	if t.set.Empty() {
		return nil
	}
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
func (t *takeover) divide(entry map[string]any, f *passing) (passes *fieldpath.Set, stays map[string]any, err error) {
	o, ok := ownershipIn(entry)
	own := ok && o.manager == FieldManager && o.subresource == ""
	if !ok || !own && !mayPass(o) {
		return nil, entry, nil
	}
	all, err := setOf(o.tree)
	if err != nil {
		return nil, nil, err
	}
	passes = all
	switch {
	case own:
	case deploys(t.live, o):
		passes = all.RecursiveDifference(f.left)
	default:
		passes = all.RecursiveDifference(f.left).Intersection(f.rendered)
	}
	rest := all.Difference(passes).RecursiveDifference(f.marks)
	if entry["apiVersion"] != t.live.GetAPIVersion() {
		passes = passes.Intersection(f.there) // the same field may be elsewhere in another version
	}
	if !own && !passes.Empty() && !slices.Contains(t.managers, o.manager) {
		t.managers = append(t.managers, o.manager)
	}
	if rest.Empty() {
		return passes, nil, nil
	}
	tree, err := treeOf(rest)
	return passes, overlaid(entry, map[string]any{"fieldsV1": tree}), err
}

// deploys reports whether an owner of fields of an object is one that people deploy with:
// by its name, or since it has left a copy of what it applied, whatever it is called.
func deploys(live *unstructured.Unstructured, o ownership) bool {
	oldHelm := o.manager == "Go-http-client" && strings.HasPrefix(toolOf(live), "Helm ")
	return isDeployer(o.manager) || oldHelm || owns(o.tree, lastAppliedPath)
}

// mayPass reports whether an entry of somebody else's is of a kind that passes: what is
// written to a subresource does not, but for a number of pods that people have set.
func mayPass(o ownership) bool {
	return !isController(o.manager) && (o.subresource == "" || o.subresource == "scale" && isDeployer(o.manager))
}

var lastAppliedPath = path{{field: "metadata"}, {field: "annotations"}, {field: annotationLastApplied}}

// restartedPath is where "rollout restart" notes when it was. To take it away would roll
// the pods once more.
var restartedPath = path{
	{field: "spec"}, {field: "template"}, {field: "metadata"}, {field: "annotations"}, {field: "kubectl.kubernetes.io/restartedAt"},
}

// leftToOthers returns the fields that stay with whoever has set them: those that the
// configuration leaves to others, a number of pods that it does not say, and when pods
// were last restarted by hand.
func leftToOthers(live, want *unstructured.Unstructured) []path {
	var left []path
	for _, text := range ignoredIn(want) {
		if p, ok := resolvePath(segmentsOf(text), live, want); ok {
			left = append(left, p)
		}
	}
	if _, rendered := lookup(want.Object, restartedPath); !rendered {
		left = append(left, restartedPath)
	}
	_, rendered := lookup(want.Object, replicasPath)
	if pods, _ := intAt(live, "spec", "replicas"); !rendered && pods != 1 { // 1 is what it would be without
		left = append(left, replicasPath)
	}
	return left
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

// passing are the sets of fields that decide what passes to stowage.
type passing struct {
	there    *fieldpath.Set // that the live object has
	rendered *fieldpath.Set // that the configuration has
	left     *fieldpath.Set // that pass from nobody
	marks    *fieldpath.Set // that say whose the object is
}

func fieldsFor(live, want *unstructured.Unstructured, tools bool) (*passing, error) {
	there, err := fieldsIn(live)
	if err != nil {
		return nil, err
	}
	rendered, err := fieldsIn(want)
	if err != nil {
		return nil, err
	}
	left, err := setOfPaths(leftToOthers(live, want))
	if err != nil {
		return nil, err
	}
	marks, err := setOfPaths(marksOn(live, want, tools))
	return &passing{there: there, rendered: rendered, left: left, marks: marks}, err
}

// unowned are the fields that nobody can own.
var unowned = fieldpath.NewSet(
	fieldpath.MakePathOrDie("apiVersion"), fieldpath.MakePathOrDie("kind"),
	fieldpath.MakePathOrDie("metadata", "name"), fieldpath.MakePathOrDie("metadata", "namespace"),
)

// fieldsIn returns the fields of an object as managed fields name them.
func fieldsIn(u *unstructured.Unstructured) (*fieldpath.Set, error) {
	value, err := mergeTypes(u.GroupVersionKind()).ObjectToTyped(withoutManagedFields(u))
	if err != nil {
		return nil, fmt.Errorf("does not fit its type: %w", err)
	}
	set, err := value.ToFieldSet()
	if err != nil {
		return nil, fmt.Errorf("cannot list the fields: %w", err)
	}
	return set.Difference(unowned), nil
}

// marksOn returns the annotations and labels that say whose an object is: kubectl's copy
// of its last apply, and with tools all by which a tool knows it. What the configuration
// has too is none.
func marksOn(live, want *unstructured.Unstructured, tools bool) []path {
	var marks []path
	add := func(field string, live, want map[string]string) {
		for _, name := range slices.Sorted(maps.Keys(live)) {
			_, rendered := want[name]
			if !rendered && (name == annotationLastApplied || tools && IsToolMark(name)) {
				marks = append(marks, path{{field: "metadata"}, {field: field}, {field: name}})
			}
		}
	}
	add("annotations", live.GetAnnotations(), want.GetAnnotations())
	add("labels", live.GetLabels(), want.GetLabels())
	return marks
}

// after returns the live object as it is once its fields have passed.
func (t *takeover) after() *unstructured.Unstructured {
	metadata, _ := t.live.Object["metadata"].(map[string]any)
	return &unstructured.Unstructured{Object: overlaid(t.live.Object, map[string]any{
		"metadata": overlaid(metadata, map[string]any{"managedFields": t.entries}),
	})}
}

// disputed returns the live object with the fields of those alone who do not deploy: what
// they have set to another value than the configuration is theirs to say.
func (t *takeover) disputed() *unstructured.Unstructured {
	metadata, _ := t.live.Object["metadata"].(map[string]any)
	entries, _ := metadata["managedFields"].([]any)
	others := slices.DeleteFunc(slices.Clone(entries), func(e any) bool {
		entry, _ := e.(map[string]any)
		o, ok := ownershipIn(entry)
		return ok && deploys(t.live, o)
	})
	return &unstructured.Unstructured{Object: overlaid(t.live.Object, map[string]any{
		"metadata": overlaid(metadata, map[string]any{"managedFields": others}),
	})}
}

// patch returns the JSON patch that makes the fields pass, of the very state of the
// object that it was worked out from: on any other one it is a Conflict.
func (t *takeover) patch() ([]byte, error) {
	return json.Marshal([]map[string]any{
		{"op": "replace", "path": "/metadata/resourceVersion", "value": t.live.GetResourceVersion()},
		{"op": "add", "path": "/metadata/managedFields", "value": t.entries},
	})
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
