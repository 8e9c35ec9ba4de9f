package importer

import (
	"maps"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/internal/manifest"
	"stowage/planner"
)

// compareAll compares every object with what its block becomes. It reports whether a
// block has changed, so that the configuration has to be written again.
func (m *maker) compareAll() bool {
	changed := false
	for _, p := range append([]*part(nil), m.parts...) {
		for _, o := range append([]*object(nil), p.stands...) {
			if m.compareOne(p, o) {
				changed = true
				break // the block may be another one now
			}
		}
	}
	return changed
}

// compareOne compares one object, and writes what differs into an override, or takes the
// object out of the block.
func (m *maker) compareOne(p *part, o *object) (changed bool) {
	rendered := m.renderedFor(p, o)
	if rendered == nil {
		m.stepBack(p, o, "the block does not become this object")
		return true
	}
	want, got := m.alike(o, rendered)
	differences := manifest.Compare(want, got)
	switch {
	case len(differences) == 0:
		return false
	case p.kind == "resource":
		for _, d := range differences {
			if o.id.IsSecret() {
				d.Want, d.Got = hiddenValue(d.Want), hiddenValue(d.Got)
			}
			m.differ = append(m.differ, Difference{ID: o.id, File: o.File, Line: o.lineOf(d.Path), Difference: d})
		}
		return false
	case p.overrides[o] != nil && !p.inFull[o]:
		delete(p.overrides, o)
		p.inFull[o] = true
	case p.overrides[o] != nil, o.id.IsSecret() && !sameData(want, got), !p.override(o, want, got):
		m.stepBack(p, o, "no override says "+differences[0].Path)
	}
	return true
}

// override writes down what makes an object of a block what it should be, if an override can
// say that. The first try is without what comes by default, which is shorter; the next round
// tells whether it is enough.
func (p *part) override(o *object, want, got *unstructured.Unstructured) bool {
	forms := []func(*unstructured.Unstructured) *unstructured.Unstructured{manifest.WithoutDefaults, manifest.Default}
	if p.inFull[o] {
		forms = forms[1:]
	}
	for _, form := range forms {
		fields, err := planner.OverrideFor(form(got), form(want))
		if err == nil && len(fields) > 0 {
			p.overrides[o] = fields
			return true
		}
		p.inFull[o] = true
	}
	return false
}

// sameData reports whether two Secrets hold the same. What one holds is in no override.
func sameData(want, got *unstructured.Unstructured) bool {
	return reflect.DeepEqual(manifest.Default(want).Object["data"], manifest.Default(got).Object["data"])
}

// lineOf returns the line of a field in the document, or that of what it is in.
func (o *object) lineOf(path string) int {
	for ; path != ""; path = around(path) {
		if place, ok := o.Places[path]; ok {
			return place.Line
		}
	}
	return o.Line
}

// hiddenValue is shown in the place of what a Secret holds.
func hiddenValue(v any) any {
	if v == nil {
		return nil
	}
	return "(sensitive value)"
}

// renderedFor returns the object that a block becomes in the place of one.
func (m *maker) renderedFor(p *part, o *object) *planner.Object {
	var ofKind []*planner.Object
	for _, r := range m.rendering.byAddress[p.address()] {
		if r.ID.Group != o.id.Group || r.ID.Kind != o.id.Kind {
			continue
		}
		if r.ID.Name == o.id.Name || r.Version != nil && r.Version.BaseName == o.id.Name {
			return r
		}
		ofKind = append(ofKind, r)
	}
	if len(ofKind) == 1 && (o.id.Kind == "Job" || ofKind[0].Version != nil) {
		return ofKind[0]
	}
	return nil
}

// alike returns what an object should be and what its block becomes, without what is
// another on purpose: names with versions, labels and annotations of stowage. That is noted.
func (m *maker) alike(o *object, rendered *planner.Object) (want, got *unstructured.Unstructured) {
	want, got = o.Object.DeepCopy(), m.rendering.withoutVersions(rendered.Manifest)
	if rendered.ID.Name != o.id.Name {
		to := rendered.ID.Name
		switch {
		case rendered.Version != nil:
			to = rendered.Version.BaseName + "-*"
		case o.id.Kind == "Job":
			to = o.id.Name + "-*" // as another content makes another Job
		}
		m.renamed = append(m.renamed, Renamed{ID: o.id, To: to})
		got.SetName(o.id.Name)
	}
	if got.GetNamespace() != want.GetNamespace() && (got.GetNamespace() == "" || want.GetNamespace() == "") {
		want.SetNamespace(got.GetNamespace()) // of a kind that is known in the cluster alone
	}
	if rendered.Version != nil && want.Object["immutable"] == nil {
		delete(got.Object, "immutable") // a version never changes
	}
	m.alikeLabels(o, want, got)
	alikeJobs(want, got)
	annotations := at(got.Object, "metadata", "annotations")
	maps.DeleteFunc(annotations, func(key string, _ any) bool { return strings.HasPrefix(key, "stowage.dev/") })
	withoutEmpty(got)
	withoutEmpty(want)
	return want, got
}

// withoutEmpty takes out labels and annotations where there are none.
func withoutEmpty(u *unstructured.Unstructured) {
	metadata := at(u.Object, "metadata")
	for _, name := range []string{"labels", "annotations"} {
		if values, ok := metadata[name].(map[string]any); ok && len(values) == 0 {
			delete(metadata, name)
		}
	}
}

// alikeLabels notes the labels that change, and makes them equal. Labels that the block
// leaves out are left for an override to say.
func (m *maker) alikeLabels(o *object, want, got *unstructured.Unstructured) {
	wanted, labels := want.GetLabels(), got.GetLabels()
	for _, key := range sortedKeys(labels) {
		to := labels[key]
		from, had := wanted[key]
		switch {
		case !had:
			if !isOurs(key) {
				m.relabels = append(m.relabels, relabel{o.id, Relabelled{Label: key, To: to}})
			}
			delete(labels, key)
		case from != to && key == managedBy:
			m.relabels = append(m.relabels, relabel{o.id, Relabelled{Label: key, From: from, To: to}})
			labels[key] = from
		}
	}
	got.SetLabels(labels)
}

// alikeJobs makes the labels equal of Jobs and pods that have none of their own: they get those
// of every object.
func alikeJobs(want, got *unstructured.Unstructured) {
	for _, path := range [][]string{{"spec", "template"}, {"spec", "jobTemplate"}, {"spec", "jobTemplate", "spec", "template"}} {
		path = append(path, "metadata", "labels")
		wanted, _, _ := unstructured.NestedStringMap(want.Object, path...)
		labels, _, _ := unstructured.NestedStringMap(got.Object, path...)
		if kind := got.GetKind(); kind != "Job" && kind != "CronJob" || len(wanted) > 0 || len(labels) == 0 {
			continue
		}
		maps.DeleteFunc(labels, func(key, _ string) bool { return isOurs(key) })
		_ = unstructured.SetNestedStringMap(got.Object, labels, path...) // it is there
		if len(labels) == 0 {
			unstructured.RemoveNestedField(got.Object, path...)
			if rest, _, _ := unstructured.NestedMap(got.Object, path[:len(path)-1]...); len(rest) == 0 {
				unstructured.RemoveNestedField(got.Object, path[:len(path)-1]...)
			}
		}
	}
}

// isOurs reports whether every object of a release gets the label.
func isOurs(key string) bool {
	switch key {
	case managedBy, "app.kubernetes.io/name", "app.kubernetes.io/instance":
		return true
	}
	return strings.HasPrefix(key, "stowage.dev/")
}
