package planner

// shown turns the changes of an object into what may be shown of them: no value
// of a Secret, and no secret value that found its way elsewhere.
func (r *redactor) shown(id ObjectID, changes []fieldChange) []FieldDiff {
	diffs := make([]FieldDiff, 0, len(changes))
	for _, ch := range changes {
		d := FieldDiff{Path: ch.path.String(), Op: ch.op}
		if r.hides(id, ch.path) {
			d.Masked = true
		} else {
			var hidBefore, hidAfter bool
			d.Before, hidBefore = r.value(ch.before)
			d.After, hidAfter = r.value(ch.after)
			d.Masked = hidBefore || hidAfter
		}
		diffs = append(diffs, d)
	}
	return diffs
}

// shownOwners does the same for fields that others own.
func (r *redactor) shownOwners(id ObjectID, owners []fieldOwner) []FieldOwner {
	shown := make([]FieldOwner, 0, len(owners))
	for _, o := range owners {
		f := FieldOwner{Path: o.path.String(), Manager: o.manager, Time: o.time}
		if r.hides(id, o.path) {
			f.Masked = true
		} else {
			var hidLive, hidConfig bool
			f.Live, hidLive = r.value(o.live)
			f.Config, hidConfig = r.value(o.config)
			f.Masked = hidLive || hidConfig
		}
		shown = append(shown, f)
	}
	return shown
}

// hides reports whether the values at a path are never shown. Of a Secret only
// what cannot hold its data is: kubectl, for one, copies data to an annotation.
func (r *redactor) hides(id ObjectID, p path) bool {
	if !isSecret(id) || len(p) == 0 {
		return false
	}
	switch p[0].field {
	case "type", "immutable":
		return false
	case "metadata":
		return len(p) < 2 || p[1].field != "labels"
	}
	return true
}
