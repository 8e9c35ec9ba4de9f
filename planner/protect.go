package planner

import (
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// isProtected reports whether a manifest or live object has the mark of
// prevent_destroy.
func isProtected(u *unstructured.Unstructured) bool {
	return u.GetAnnotations()[AnnotationPreventDestroy] == "true"
}

// protects reports whether an item that is not desired has to stay. The block
// that said so may be gone; the live object still has the mark.
func (m *maker) protects(item Item) bool {
	u := m.live.object(item.ID)
	return u != nil && isProtected(u) && !m.isOutdated(item)
}

// isOutdated reports whether there is, or is to be, a newer version of what a
// ConfigMap or Secret holds. The newest is the one that is protected.
func (m *maker) isOutdated(item Item) bool {
	if item.DataVersion == nil {
		return false
	}
	same := func(id ObjectID, v *DataVersion) bool {
		name := id.Name
		if v != nil {
			name = v.BaseName
		}
		return id.Kind == item.ID.Kind && id.Namespace == item.ID.Namespace && name == item.DataVersion.BaseName
	}
	for _, o := range m.in.Objects {
		if same(o.ID, o.Version) {
			return true
		}
	}
	for _, other := range m.in.Prior.Inventory {
		if same(other.ID, other.DataVersion) && other.LastRevision > item.LastRevision {
			return true
		}
	}
	return false
}

// spare keeps a protected item that is not desired. Nobody can have wanted to
// delete it but by mistake, so that is an error. A rollback goes on without.
func (m *maker) spare(item Item) {
	if m.way.target != nil {
		m.keep(item.ID, "it is protected by lifecycle.prevent_destroy")
		return
	}
	block := m.blockOf(m.live.object(item.ID))
	e := &ObjectError{ID: item.ID, Err: errors.New("is protected by lifecycle.prevent_destroy"), Origin: m.originOf(block)}
	e.Hint = fmt.Sprintf("set prevent_destroy to false in %s and apply first", block)
	if e.Origin == (Origin{}) && !m.in.Options.Destroy {
		e.Hint = fmt.Sprintf("put %s back; to delete it, set prevent_destroy to false there and apply first", block)
	}
	m.fail(e)
}

// protectedReplacement says why a desired object may not be replaced. Its block
// is there to ask, whatever the live object is marked with.
func protectedReplacement(o Object, differing []path) *ObjectError {
	return &ObjectError{
		ID: o.ID, Origin: o.Origin, Field: differing[0].String(),
		Err:  errors.New("cannot be changed in place, and the object is protected by lifecycle.prevent_destroy"),
		Hint: fmt.Sprintf("take the change back, or set prevent_destroy to false in %s", o.Address),
	}
}

// blockOf returns the address of the block that a live object was made from: as it was
// recorded, or else as its labels tell.
func (m *maker) blockOf(u *unstructured.Unstructured) string {
	id := IDOf(u)
	if m.in.Prior != nil {
		i := slices.IndexFunc(m.in.Prior.Inventory, func(item Item) bool { return item.ID == id })
		if i >= 0 && m.in.Prior.Inventory[i].Address != "" {
			return m.in.Prior.Inventory[i].Address
		}
	}
	address := dsl.Address{Type: "app", Name: labelOf(u, LabelApp)}
	if address.Name == "" {
		address = dsl.Address{Type: "config", Name: u.GetName()}
		if id.IsSecret() {
			address.Type = "secret"
		}
		if base := u.GetAnnotations()[AnnotationBaseName]; base != "" {
			address.Name = base
		}
	}
	return address.String()
}

// originOf returns where a block is written, if it still is.
func (m *maker) originOf(block string) Origin {
	var origin Origin
	for _, o := range m.in.Objects {
		if o.Address == block && (origin == Origin{} || o.Role == RoleWorkload) {
			origin = o.Origin
		}
	}
	return origin
}
