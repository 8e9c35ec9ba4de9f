package planner

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// undefined says why the server cannot check a custom resource yet: the definition of its
// kind is made by the same plan. Otherwise it returns nothing.
func (m *maker) undefined(id ObjectID) string {
	definition, ok := m.definitionOf(id)
	if !ok || m.live.object(definition.ID) != nil {
		return ""
	}
	return fmt.Sprintf("%s does not exist yet", definition.ID)
}

// redefined says the same when the definition is there, and the plan changes it.
func (m *maker) redefined(id ObjectID) string {
	definition, ok := m.definitionOf(id)
	if !ok {
		return ""
	}
	was := m.live.object(definition.ID)
	if was != nil && unchanged(was, definition.Manifest) {
		return ""
	}
	return fmt.Sprintf("%s changes in the same plan", definition.ID)
}

// definitionOf returns the desired definition of an object's kind.
func (m *maker) definitionOf(id ObjectID) (Object, bool) {
	for _, o := range m.definitions {
		if definedBy(o.Manifest) == (schema.GroupKind{Group: id.Group, Kind: id.Kind}) {
			return o, true
		}
	}
	return Object{}, false
}

// definitionsIn returns the definitions among the desired objects.
func definitionsIn(objects []Object) []Object {
	var found []Object
	for _, o := range objects {
		if isDefinition(o.ID) {
			found = append(found, o)
		}
	}
	return found
}

// nowhere reports whether the namespace of an object is not there, and nobody makes it.
func (m *maker) nowhere(id ObjectID) bool {
	_, made := m.desired[ObjectID{Kind: namespaceKind.Kind, Name: id.Namespace}]
	return !made && m.live.namespaceMissing(id)
}

// isOurs reports whether a live object belongs to the release. Where somebody took the
// release's label away from an object elsewhere, the record tells.
func (m *maker) isOurs(u *unstructured.Unstructured) bool {
	if isOurs(u, m.in.Release, m.in.Namespace) {
		return true
	}
	if u.GetLabels()[LabelRelease] != "" || ownTree(u) == nil {
		return false
	}
	for _, item := range m.in.Prior.Inventory {
		if item.ID == IDOf(u) {
			return item.UID == string(u.GetUID())
		}
	}
	return false
}
