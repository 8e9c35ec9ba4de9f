package planner

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// template is an app as it was rendered, whose versions run side by side: which of
// its Deployments is meant, the cluster tells.
type template struct {
	app      string
	rollout  *Rollout
	workload Object   // a Deployment
	others   []Object // Services, autoscaler, checks, data, claims, as they were rendered
	// back is what an earlier revision had, which the app goes back to; nil: it follows a
	// configuration.
	back *sides
}

// Place returns the objects of a configuration as a cluster gets them that has
// nothing of the release yet.
func Place(objects []Object) ([]Object, error) {
	m, err := newMaker(&Input{Objects: objects}, nil)
	if err != nil {
		return nil, err
	}
	m.live = newLive()
	if err := m.place(); err != nil {
		return nil, err
	}
	return m.in.Objects, joined(m.errs)
}

// place settles which Deployment each rendered version goes to, where the versions
// of an app run side by side, and what the other one is.
func (m *maker) place() error {
	templates, colored := m.templates(), m.coloredApps()
	if len(templates) == 0 && len(colored) == 0 {
		return nil
	}
	live, recorded := byApp(m.live.objects), byApp(m.in.Prior.Objects)
	var placed []Object
	done := map[*template]bool{}
	for _, o := range m.in.Objects {
		t := templates[appOf(o)]
		switch {
		case t == nil:
			placed = append(placed, o)
		case !done[t]:
			done[t] = true
			placed = append(placed, m.placeApp(t, sidesOf(t.app, live[t.app]), sidesOf(t.app, recorded[t.app]))...)
		}
	}
	for _, o := range m.in.Objects {
		if o.Rollout != nil && o.Rollout.Traffic != "" {
			placed = divideTraffic(placed, templates[appOf(o)], sidesOf(appOf(o), live[appOf(o)]))
		}
	}
	settled := len(templates) > 0
	for _, app := range colored {
		settled = m.leaveColors(sidesOf(app, live[app]), placed) || settled
	}
	if !settled {
		return nil
	}
	graph, err := m.placedGraph(placed)
	if err != nil {
		return err
	}
	m.setTarget(placed, graph)
	return nil
}

// templates returns the apps whose versions are to be placed, by name.
func (m *maker) templates() map[string]*template {
	if m.way.target != nil {
		return m.templatesBack(m.in.Objects)
	}
	return templatesOf(m.in.Objects)
}

// placedGraph orders objects that were placed. What a revision had needed, its objects
// need again, wherever they are placed.
func (m *maker) placedGraph(placed []Object) (Ordering, error) {
	if m.way.target == nil {
		return NewGraph(placed)
	}
	return recordingOf(m.way.to, placed, func(id ObjectID) []Need {
		if was, ok := m.renamed[id]; ok {
			id = was
		}
		return m.way.target.Needs(id)
	})
}

// placeApp returns the objects of one app, for what is live of it and what the newest
// revision recorded.
func (m *maker) placeApp(t *template, live, recorded *sides) []Object {
	if err := m.sidesUnknown(t); err != nil {
		m.fail(err)
		return slices.Concat(t.others, []Object{t.workload})
	}
	if t.rollout.Strategy == dsl.Canary {
		m.outruns(live.canary, live.plain)
		return m.placeCanary(t, live)
	}
	m.outruns(live.colors[live.newest()], live.colors[live.newest().Other()])
	return m.placeBlueGreen(t, live, recorded)
}

// sidesUnknown returns why it cannot be told which versions of an app there are, or which
// has the traffic: it may be known of all objects of a kind at once only.
func (m *maker) sidesUnknown(t *template) *ObjectError {
	for _, o := range slices.Concat(t.others, []Object{t.workload}) {
		if o.Role != RoleService && o.Role != RoleWorkload {
			continue
		}
		if err := m.live.unreadableErr(o.ID); err != nil {
			return &ObjectError{
				ID: o.ID, Origin: t.workload.Origin, Err: fmt.Errorf("which versions run side by side is not known: %w", err),
				Hint: "an app with versions side by side needs the right to list its Deployments and Services",
			}
		}
	}
	return nil
}

// outruns notes which data only the older one of two versions uses.
func (m *maker) outruns(newer, older *unstructured.Unstructured) {
	if newer == nil || older == nil {
		return
	}
	used := referencesOf(newer)
	for id := range referencesOf(older) {
		if !used[id] {
			m.outrun[id] = true
		}
	}
}

// templatesOf takes the apps, by name, out of rendered objects.
func templatesOf(objects []Object) map[string]*template {
	templates := map[string]*template{}
	for _, o := range objects {
		if o.Rollout != nil {
			templates[appOf(o)] = &template{app: appOf(o), rollout: o.Rollout, workload: o}
		}
	}
	if len(templates) == 0 {
		return nil
	}
	for _, o := range objects {
		if t := templates[appOf(o)]; t != nil && o.Rollout == nil {
			t.others = append(t.others, o)
		}
	}
	return templates
}

// byApp sorts objects by the app that they belong to.
func byApp(objects map[ObjectID]*unstructured.Unstructured) map[string]map[ObjectID]*unstructured.Unstructured {
	apps := map[string]map[ObjectID]*unstructured.Unstructured{}
	for id, u := range objects {
		app := labelOf(u, LabelApp)
		if apps[app] == nil {
			apps[app] = map[ObjectID]*unstructured.Unstructured{}
		}
		apps[app][id] = u
	}
	return apps
}

// labelOf returns a label without copying all of them.
func labelOf(u *unstructured.Unstructured, name string) string {
	v, _, _ := unstructured.NestedFieldNoCopy(u.Object, "metadata", "labels", name)
	text, _ := v.(string)
	return text
}
