package planner

import (
	"fmt"
	"slices"
	"strings"

	"stowage/dsl"
)

// appOf returns the app that an object belongs to, or nothing.
func appOf(o Object) string { return o.Manifest.GetLabels()[LabelApp] }

// apps names the apps of a recording, sorted.
func (r *Recording) apps() []string {
	var names []string
	for _, o := range r.objects {
		if name := appOf(o); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// resolveApp returns what there is when one app alone goes back. The app's
// objects are those of revision To, all others those of revision From. Of what
// the app needs, all that From does not have comes from To too.
func (r *Rollback) resolveApp(to *Recording) (way, []Warning, error) {
	from, err := r.From.whole()
	if err != nil {
		return way{}, nil, fmt.Errorf("revision %d: %w", r.From.Revision, err)
	}
	if err := r.checkApp(to, from); err != nil {
		return way{}, nil, err
	}
	m := &appMerge{app: r.App, to: to, from: from, back: map[ObjectID]bool{}, stays: map[ObjectID]bool{}}
	m.stay()
	m.goBack()
	target, err := m.target()
	if err != nil {
		return way{}, nil, err
	}
	return way{target: target, back: m.back, to: to.Revision, from: from.Revision, app: r.App}, m.broken(), nil
}

// checkApp refuses an app that revision To does not have: there is nothing to go
// back to.
func (r *Rollback) checkApp(to, from *Recording) error {
	if slices.Contains(to.apps(), r.App) {
		return nil
	}
	has := "it has no apps"
	if names := to.apps(); len(names) > 0 {
		has = "it has " + strings.Join(names, ", ")
	}
	if slices.Contains(from.apps(), r.App) {
		return fmt.Errorf("app %q came after revision %d, so it cannot go back to it: %s", r.App, to.Revision, has)
	}
	return fmt.Errorf("there is no app %q in revision %d: %s.%s", r.App, to.Revision, has, dsl.Suggestion(r.App, to.apps()))
}

// appMerge puts two revisions together, one app of one and all else of the other.
type appMerge struct {
	app      string
	to, from *Recording
	back     map[ObjectID]bool // objects of to
	stays    map[ObjectID]bool // objects of from
}

// stay finds what stays as it is: the objects of no app or another one, and of
// the app that goes back the data that their pods use.
func (m *appMerge) stay() {
	objects := m.from.byID()
	for _, o := range m.from.objects {
		if appOf(o) == m.app {
			continue
		}
		m.stays[o.ID] = true
		for id := range referencesOf(o.Manifest) {
			if objects[id].Role == RoleData {
				m.stays[id] = true
			}
		}
	}
}

// goBack finds what comes from the earlier revision.
func (m *appMerge) goBack() {
	objects := m.to.byID()
	for _, o := range m.to.objects {
		if appOf(o) == m.app {
			delete(m.stays, o.ID)
			m.take(objects, o)
		}
	}
}

// take takes an object of the earlier revision, and what it needs.
func (m *appMerge) take(objects map[ObjectID]Object, o Object) {
	if m.back[o.ID] {
		return
	}
	m.back[o.ID] = true
	for id := range m.neededBy(o) {
		needed, ok := objects[id]
		if ok && (appOf(needed) == m.app || !m.stays[id]) {
			m.take(objects, needed)
		}
	}
}

// neededBy returns what an object of the earlier revision needs: what it waited
// for, and what its pods use.
func (m *appMerge) neededBy(o Object) map[ObjectID]bool {
	needed := referencesOf(o.Manifest)
	for _, need := range m.to.Needs(o.ID) {
		needed[need.ID] = true
	}
	return needed
}

// target orders the objects of both. What goes back comes first, so that where
// the two revisions need each other in a loop its needs count.
func (m *appMerge) target() (*Recording, error) {
	var objects []Object
	for _, o := range m.to.objects {
		if m.back[o.ID] {
			objects = append(objects, o)
		}
	}
	for _, o := range m.from.objects {
		if m.stays[o.ID] {
			objects = append(objects, o)
		}
	}
	return recordingOf(m.to.Revision, objects, func(id ObjectID) []Need {
		if m.back[id] {
			return m.to.Needs(id)
		}
		return m.from.Needs(id)
	})
}

// broken warns of what other apps need of the app and it will not have any more.
func (m *appMerge) broken() []Warning {
	var warnings []Warning
	for _, o := range m.from.objects {
		if !m.stays[o.ID] {
			continue
		}
		for _, need := range m.from.Needs(o.ID) {
			if !m.back[need.ID] && !m.stays[need.ID] {
				warnings = append(warnings, Warning{
					Summary: fmt.Sprintf("%s needs %s, which app %s does not have in revision %d", o.ID, need.ID, m.app, m.to.Revision),
					Origin:  o.Origin,
				})
			}
		}
	}
	return warnings
}
