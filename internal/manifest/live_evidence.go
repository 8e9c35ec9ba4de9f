package manifest

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// fieldTree is a set of fields as managedFields has it: nested maps whose keys are "f:" and a field,
// "k:" and the key of an item, "v:" and a value of a set, or "." for the node itself. A node without
// others is meant as a whole.
type fieldTree = map[string]any

// evidence is what tells the fields of an object that somebody wrote from those that the server and
// its controllers added.
type evidence struct {
	written []fieldTree // of those who write objects
	all     []fieldTree // of everybody: they also say by which keys the items of a list go
	applied any         // what kubectl applied last; nil: it did not
}

// controllers are field managers that are parts of a cluster, as exact names or, ending in "*", as the
// beginnings of names.
var controllers = []string{
	"kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubelet", "cloud-controller-manager",
	"cluster-autoscaler", "cert-manager-*", "k3s", "k0s", "rke2", "stowage-cluster",
}

func isController(manager string) bool {
	return slices.ContainsFunc(controllers, func(pattern string) bool {
		if beginning, ok := strings.CutSuffix(pattern, "*"); ok {
			return strings.HasPrefix(manager, beginning)
		}
		return manager == pattern
	})
}

// appliesFromClient reports whether a manager applies as kubectl does from the client's side. It owns the
// defaults of what it made too, but keeps in an annotation what it was given.
func appliesFromClient(manager string) bool {
	switch manager {
	case "kubectl-client-side-apply", "kubectl", "before-first-apply", "argocd-controller", "argocd-application-controller":
		return true
	}
	return false
}

// evidenceOf reads the managed fields of an object and, unless that is not to be believed, what kubectl
// applied last. There is no evidence in managed fields of another API version, whose fields may have
// other names.
func evidenceOf(u *unstructured.Unstructured, believeApplied bool) evidence {
	var e evidence
	if believeApplied {
		e.applied = lastApplied(u)
	}
	for _, entry := range managedEntries(u) {
		tree, _ := entry["fieldsV1"].(fieldTree)
		manager, _ := entry["manager"].(string)
		switch subresource, _ := entry["subresource"].(string); {
		case tree == nil || subresource == "status":
			continue
		case entry["apiVersion"] != u.GetAPIVersion():
			return evidence{}
		}
		tree = asStored(u, tree, "f:")
		e.all = append(e.all, tree)
		switch {
		case isController(manager):
		case e.applied != nil && entry["operation"] == "Update" && appliesFromClient(manager):
		default:
			e.written = append(e.written, tree)
		}
	}
	return e
}

func managedEntries(u *unstructured.Unstructured) []values {
	return mapsIn(within(u.Object, "metadata")["managedFields"])
}

// lastApplied returns the configuration that kubectl applied last, nil if it is not known or of another
// API version.
func lastApplied(u *unstructured.Unstructured) any {
	text := u.GetAnnotations()[corev1.LastAppliedConfigAnnotation]
	if text == "" {
		return nil
	}
	var applied values
	if utiljson.Unmarshal([]byte(text), &applied) != nil || applied["apiVersion"] != u.GetAPIVersion() {
		return nil
	}
	return asStored(u, applied, "")
}

// isNone reports whether nothing tells who wrote what.
func (e evidence) isNone() bool { return len(e.written) == 0 && e.applied == nil }

// prune takes the fields out of an object that nobody wrote, in place. Without any evidence all stay.
func (e evidence) prune(object values) {
	if e.isNone() {
		return
	}
	for name := range object {
		switch name {
		case "apiVersion", "kind":
		case "metadata":
			metadata := within(object, name)
			inside := e.field(name)
			for name := range metadata {
				if name != "name" && name != "namespace" {
					inside.pruneField(metadata, name)
				}
			}
		default:
			e.pruneField(object, name)
		}
	}
}

// pruneField prunes one field of a map, and removes it if nobody wrote any of it.
func (e evidence) pruneField(object values, name string) {
	inside := e.field(name)
	if inside.isNone() {
		delete(object, name)
		return
	}
	value, some := inside.pruned(object[name])
	if some {
		object[name] = value
	} else {
		delete(object, name)
	}
}

// pruned returns what is left of a value that somebody wrote something of; not some when there is
// nothing left of it.
func (e evidence) pruned(value any) (_ any, some bool) {
	if slices.ContainsFunc(e.all, isWhole) {
		return value, true
	}
	switch v := value.(type) {
	case values:
		if _, ok := e.applied.(values); e.applied != nil && !ok || len(v) == 0 {
			return value, true
		}
		for name := range v {
			e.pruneField(v, name)
		}
		return v, len(v) > 0 || e.isItself()
	case []any:
		return e.prunedList(v)
	}
	return value, true
}

// isItself reports whether somebody wrote the value as such, even if it is empty.
func (e evidence) isItself() bool {
	return e.applied != nil || slices.ContainsFunc(e.written, func(tree fieldTree) bool {
		_, self := tree["."]
		return self
	})
}

// prunedList keeps the items that somebody wrote. A list whose items have no keys is a value as a whole.
func (e evidence) prunedList(list []any) (_ []any, some bool) {
	if !slices.ContainsFunc(e.all, hasItems) {
		return list, true
	}
	var kept []any
	for _, item := range list {
		inside := e.item(item)
		if inside.isNone() {
			continue
		}
		if item, some := inside.pruned(item); some {
			kept = append(kept, item)
		}
	}
	return kept, len(kept) > 0
}

// field takes one step into a field.
func (e evidence) field(name string) evidence {
	var inside evidence
	inside.written = children(e.written, "f:"+name)
	inside.all = children(e.all, "f:"+name)
	if applied, ok := e.applied.(values); ok {
		inside.applied = applied[name]
	}
	return inside
}

// item takes one step into an item of a list.
func (e evidence) item(item any) evidence {
	var inside evidence
	names := namesOf(item, e.all)
	for _, name := range names {
		inside.written = append(inside.written, children(e.written, name)...)
		inside.all = append(inside.all, children(e.all, name)...)
	}
	if applied, ok := e.applied.([]any); ok && len(names) > 0 {
		inside.applied = itemOf(applied, names[0])
	}
	return inside
}

func children(trees []fieldTree, name string) []fieldTree {
	var found []fieldTree
	for _, tree := range trees {
		if child, ok := tree[name].(fieldTree); ok {
			found = append(found, child)
		}
	}
	return found
}

// isWhole reports whether a node is meant as a whole.
func isWhole(tree fieldTree) bool {
	_, self := tree["."]
	return len(tree) == 0 || self && len(tree) == 1
}

func hasItems(tree fieldTree) bool {
	for name := range tree {
		if strings.HasPrefix(name, "k:") || strings.HasPrefix(name, "v:") {
			return true
		}
	}
	return false
}

// namesOf returns the keys of nodes that stand for an item of a list.
func namesOf(item any, trees []fieldTree) []string {
	var names []string
	for _, tree := range trees {
		for name := range tree {
			if !slices.Contains(names, name) && standsFor(name, item, false) {
				names = append(names, name)
			}
		}
	}
	return names
}

// itemOf returns the item of a list that a node stands for. A part of its key may be missing in it
// where no item has all of it, since the server fills it in.
func itemOf(list []any, name string) any {
	for _, lenient := range []bool{false, true} {
		for _, item := range list {
			if standsFor(name, item, lenient) {
				return item
			}
		}
	}
	return nil
}

func standsFor(name string, item any, lenient bool) bool {
	if text, ok := strings.CutPrefix(name, "v:"); ok {
		var value any
		return utiljson.Unmarshal([]byte(text), &value) == nil && equal(value, item)
	}
	text, ok := strings.CutPrefix(name, "k:")
	fields, isMap := item.(values)
	var key values
	if !ok || !isMap || utiljson.Unmarshal([]byte(text), &key) != nil {
		return false
	}
	for field, want := range key {
		got, has := fields[field]
		if has && !equal(want, got) || !has && !lenient {
			return false
		}
	}
	return true
}
