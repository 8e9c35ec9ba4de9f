package planner

import (
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/structured-merge-diff/v6/schema"
)

// ignoring returns a rendered manifest as it is applied to an object that exists: without
// the fields that its block leaves to others. One that stowage owns, from the time when it
// made the object or before the field was ignored, stays at the live value: not to
// send it would take it away.
func ignoring(manifest, live *unstructured.Unstructured) *unstructured.Unstructured {
	ignored := ignoredIn(manifest)
	if live == nil || len(ignored) == 0 {
		return manifest
	}
	tree := ownTree(live)
	result := manifest.DeepCopy()
	for _, text := range ignored {
		p, ok := resolvePath(segmentsOf(text), live, manifest)
		if !ok {
			continue // there is nothing at the path
		}
		value, there := lookup(live.Object, p)
		if !there || !owns(tree, p) {
			setAt(result.Object, p, nil, false)
			continue
		}
		if node := treeAt(tree, p); node != nil {
			value = ownFields(node, value)
		}
		setAt(result.Object, p, value, true)
	}
	return result
}

// ignoredIn returns the paths of the fields that an object's block leaves to others.
func ignoredIn(u *unstructured.Unstructured) []string {
	v, _, _ := unstructured.NestedFieldNoCopy(u.Object, "metadata", "annotations", AnnotationIgnoreChanges)
	text, _ := v.(string)
	return strings.Fields(text)
}

// segmentsOf splits a path as it is written, such as spec.containers[web].image.
func segmentsOf(text string) []string {
	var segments []string
	for text != "" {
		if inner, ok := strings.CutPrefix(text, "["); ok {
			name, rest, _ := strings.Cut(inner, "]")
			segments, text = append(segments, name), strings.TrimPrefix(rest, ".")
			continue
		}
		end := strings.IndexAny(text, ".[")
		if end < 0 {
			return append(segments, text)
		}
		segments, text = append(segments, text[:end]), strings.TrimPrefix(text[end:], ".")
	}
	return segments
}

// resolvePath finds what the segments lead to in a live object, or else in a manifest.
// The merge keys of lists are read off the managed fields.
func resolvePath(segments []string, live, manifest *unstructured.Unstructured) (path, bool) {
	var trees []fieldTree
	for _, o := range ownershipsOf(live) {
		trees = append(trees, o.tree)
	}
	var p path
	var at, want any = live.Object, manifest.Object
	for _, segment := range segments {
		s, ok := stepTo(segment, trees, at, want)
		if !ok {
			return nil, false
		}
		p = p.with(s)
		trees = children(trees, s)
		at, _ = s.in(at)
		want, _ = s.in(want)
	}
	return p, true
}

// stepTo returns the step that a segment stands for.
func stepTo(segment string, trees []fieldTree, live, want any) (step, bool) {
	items, isList := live.([]any)
	if more, ok := want.([]any); ok {
		items, isList = append(slices.Clone(items), more...), true
	}
	if !isList {
		return step{field: segment}, true
	}
	if stepOf := itemSteps(trees); stepOf != nil {
		for _, item := range items {
			if s, ok := stepOf(item); ok && s.label() == segment {
				return s, true
			}
		}
		return step{}, false
	}
	index, err := strconv.Atoi(segment)
	return step{kind: stepIndex, index: index}, err == nil && index >= 0
}

// treeAt returns the node of a tree at a path; nil when the path is inside of what is
// owned as a whole, or is owned by nobody.
func treeAt(tree fieldTree, p path) fieldTree {
	for _, s := range p {
		if tree = descend(tree, s); tree == nil {
			return nil
		}
	}
	return tree
}

// setAt sets or removes the value at a path of a manifest that is the caller's to change.
// Items of lists that are not there are not made.
func setAt(object map[string]any, p path, value any, set bool) {
	var at any = object
	for i, s := range p {
		last := i == len(p)-1
		m, isMap := at.(map[string]any)
		switch {
		case isMap && s.kind == stepField && last && set:
			m[s.field] = value
		case isMap && s.kind == stepField && last:
			delete(m, s.field)
		case isMap && s.kind == stepField && m[s.field] == nil:
			if !set || p[i+1].kind != stepField {
				return
			}
			m[s.field] = map[string]any{}
			at = m[s.field]
		default:
			next, ok := s.in(at)
			if !ok || last {
				return // items of lists come and go with their lists
			}
			at = next
		}
	}
}

// knowsPath reports whether objects of a kind have a field at a path. Of kinds that are
// not built in, nothing is known.
func knowsPath(u *unstructured.Unstructured, segments []string) bool {
	if !isBuiltIn(u) {
		return true
	}
	empty := &unstructured.Unstructured{}
	empty.SetGroupVersionKind(u.GroupVersionKind())
	value, err := typedOf(empty)
	if err != nil {
		return true
	}
	ref := value.TypeRef()
	for _, segment := range segments {
		t, ok := value.Schema().Resolve(ref)
		if !ok {
			return true
		}
		switch {
		case t.Map != nil && t.Scalar != nil:
			return true // anything can be there
		case t.Map != nil:
			field, declared := t.FindField(segment)
			if ref = field.Type; !declared {
				ref = t.Map.ElementType
			}
		case t.List != nil:
			ref = t.List.ElementType
		default:
			return false
		}
		if (ref == schema.TypeRef{}) {
			return false
		}
	}
	return true
}
