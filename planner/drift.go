package planner

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// unknownManager stands for whoever removed a field: the managed fields hold no
// trace of that.
const unknownManager = "unknown"

// contested sorts the changes of an object that meet somebody else's work.
// A rendered field that another manager owns with another value is drift when
// the release had rendered the field before (prior), and a conflict when it had
// not. Fields that are not rendered are nobody's business here.
//
// trusted says that prior was fully applied: only then does a field of prior
// that is missing from live mean that somebody removed it.
func contested(changes []fieldChange, live, want, prior *unstructured.Unstructured, trusted bool) (drift, conflicts []fieldOwner) {
	owners := ownershipsOf(live)
	for _, ch := range changes {
		config, rendered := lookup(want.Object, ch.path)
		if !rendered || ch.reorder || ch.op == Delete {
			continue
		}
		before := renderedBefore(prior, ch.path)
		owner := fieldOwner{path: ch.path, live: ch.before, config: config}
		for _, o := range owners {
			if o.manager == FieldManager || o.subresource == "status" || !owns(o.tree, ch.path) {
				continue
			}
			owner.manager, owner.time = o.manager, o.time
			if before {
				drift = append(drift, owner)
			} else {
				conflicts = append(conflicts, owner)
			}
		}
		if owner.manager == "" && ch.op == Create && before && trusted && missing(prior, live, ch.path) {
			owner.manager = unknownManager
			drift = append(drift, owner)
		}
	}
	return drift, conflicts
}

// fieldOwner is a FieldOwner before its values were cleared for showing.
type fieldOwner struct {
	path         path
	manager      string
	time         time.Time
	live, config any
}

// renderedBefore reports whether the release had rendered the field. Items of
// lists without identity count as the list.
func renderedBefore(prior *unstructured.Unstructured, p path) bool {
	if prior == nil {
		return false
	}
	_, ok := lookup(prior.Object, identified(p))
	return ok
}

// missing reports whether live lacks what the release had rendered there. An item more
// in a list without identity is none that was there before: the list has to differ.
func missing(prior, live *unstructured.Unstructured, p path) bool {
	before, _ := lookup(prior.Object, identified(p))
	now, _ := lookup(live.Object, identified(p))
	return !within(before, now)
}

// identified returns the path up to the first list whose items have no identity.
func identified(p path) path {
	for i, s := range p {
		if s.kind == stepIndex {
			return p[:i]
		}
	}
	return p
}

// conflictError says who owns a field that the configuration sets for the first time. The
// flag takes it over.
func conflictError(o Object, owner FieldOwner, flag string) *ObjectError {
	text := fmt.Sprintf("is owned by %s", owner.Manager)
	if !owner.Time.IsZero() {
		text += " since " + owner.Time.UTC().Format(time.RFC3339)
	}
	if !owner.Masked {
		text += fmt.Sprintf(": live %s, config %s", quoted(owner.Live), quoted(owner.Config))
	}
	return &ObjectError{
		ID:     o.ID,
		Origin: o.Origin,
		Field:  owner.Path,
		Err:    fmt.Errorf("field conflict: %s", text),
		Hint:   fmt.Sprintf("%s takes the field over; leave it out of the configuration to leave it to %s", flag, owner.Manager),
	}
}

// quoted writes a value so that a string cannot be taken for a number.
func quoted(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprint(v)
}
