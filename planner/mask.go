package planner

// shown turns the changes of an object into what may be shown of them: no value
// of a Secret, and no secret value that found its way elsewhere.
func (r *Redactor) shown(id ObjectID, changes []fieldChange) []FieldDiff {
	diffs := make([]FieldDiff, len(changes))
	for i, ch := range changes {
		d := FieldDiff{Path: ch.path.String(), Op: ch.op}
		d.Before, d.After, d.Masked = r.values(hides(id, ch.path), ch.before, ch.after)
		diffs[i] = d
	}
	return diffs
}

// shownKeys does the same for the keys of a ConfigMap or Secret.
func (r *Redactor) shownKeys(id ObjectID, changes []fieldChange) []FieldDiff {
	diffs := make([]FieldDiff, len(changes))
	for i, ch := range changes {
		d := FieldDiff{Path: ch.path[0].field, Op: ch.op}
		d.Before, d.After, d.Masked = r.values(id.IsSecret(), ch.before, ch.after)
		diffs[i] = d
	}
	return diffs
}

// shownOwners does the same for fields that others own.
func (r *Redactor) shownOwners(id ObjectID, owners []fieldOwner) []FieldOwner {
	shown := make([]FieldOwner, len(owners))
	for i, o := range owners {
		f := FieldOwner{Path: o.path.String(), Manager: o.manager, Time: o.time}
		f.Live, f.Config, f.Masked = r.values(hides(id, o.path), o.live, o.config)
		shown[i] = f
	}
	return shown
}

// values returns what may be shown of the two values of a field, and whether
// that is not all of them. Of a hidden field it is nothing.
func (r *Redactor) values(hidden bool, a, b any) (shownA, shownB any, masked bool) {
	if hidden {
		return nil, nil, true
	}
	shownA, hidA := r.value(a)
	shownB, hidB := r.value(b)
	return shownA, shownB, hidA || hidB
}

// hides reports whether the values at a path are never shown. Of a Secret only
// what cannot hold its data is: kubectl, for one, copies data to an annotation.
func hides(id ObjectID, p path) bool {
	if !id.IsSecret() || len(p) == 0 {
		return false
	}
	switch p[0].field {
	case "type", "immutable":
		return false
	case "metadata":
		return len(p) < 2 || p[1].field != "labels" && p[len(p)-1].field != AnnotationPreventDestroy
	}
	return true
}
