package planner

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// templatesBack takes the blue/green apps, by name, out of the objects of a revision:
// the version that had the traffic then may have another color by now. Apps with a
// canary are as the revision has them.
func (m *maker) templatesBack(objects []Object) map[string]*template {
	templates := map[string]*template{}
	for app, manifests := range byApp(manifestsOf(objects)) {
		was := sidesOf(app, manifests)
		active := was.colors[was.active()]
		if active == nil {
			continue
		}
		r, err := rolloutOf(active)
		if err != nil {
			m.fail(&ObjectError{ID: IDOf(active), Err: fmt.Errorf("in revision %d: %w", m.way.revisionOf(IDOf(active)), err)})
			continue
		}
		if r != nil && r.Strategy == dsl.BlueGreen {
			templates[app] = &template{app: app, rollout: r, back: was}
		}
	}
	for _, o := range objects {
		t := templates[appOf(o)]
		switch {
		case t == nil:
		case o.ID == IDOf(t.back.colors[t.back.active()]):
			t.workload = uncolored(o)
		case !isDeployment(o.ID):
			t.others = append(t.others, o)
		}
	}
	return templates
}

func manifestsOf(objects []Object) map[ObjectID]*unstructured.Unstructured {
	manifests := make(map[ObjectID]*unstructured.Unstructured, len(objects))
	for _, o := range objects {
		manifests[o.ID] = o.Manifest
	}
	return manifests
}

// uncolored returns the Deployment of a color as one that either can be made of.
func uncolored(o Object) Object {
	color := labelOf(o.Manifest, LabelColor)
	o.Manifest = o.Manifest.DeepCopy()
	o.Manifest.SetName(strings.TrimSuffix(o.Manifest.GetName(), "-"+color))
	o.ID = IDOf(o.Manifest)
	return o
}

// otherBack returns the other color as the revision had it, where going back moves no
// traffic. It has no pods before the Service tells the colors apart.
func (b *blueGreen) otherBack(recorded *sides, version Object) []Object {
	other := b.t.back.colors[b.t.back.active().Other()]
	if b.in.Prior.RollbackTo == b.way.to {
		return b.otherOnceMore(recorded)
	}
	if other == nil {
		return nil
	}
	was := IDOf(other)
	o := b.in.Objects[slices.IndexFunc(b.in.Objects, func(o Object) bool { return o.ID == was })]
	o.Manifest = colored(uncolored(o).Manifest, b.target.Other())
	o.ID = IDOf(o.Manifest)
	if b.service != nil && colorOf(b.service) == "" {
		o.After = b.afterMove()
	}
	b.rename(o.ID, was)
	if b.t.back.newest() != b.t.back.active() {
		b.wait(b.after(b.target, version), b.after(b.target.Other(), o))
	}
	return []Object{o}
}

// otherOnceMore returns the other color as the newest revision meant it, which has gone
// back to the same one: the color that traffic has left then stays.
func (b *blueGreen) otherOnceMore(recorded *sides) []Object {
	meant := recorded.colors[b.target.Other()]
	if meant == nil {
		return nil
	}
	live := b.colors[b.target.Other()]
	o := Object{
		ID: IDOf(meant), Manifest: meant, Role: RoleWorkload, Untouched: live != nil && unchanged(live, meant),
		Address: b.t.workload.Address, Origin: b.t.workload.Origin, Timeout: b.t.workload.Timeout,
	}
	return append(b.untouchedData(o), o)
}

// rename notes that an object of the revision that is gone back to gets another name.
func (m *maker) rename(now, was ObjectID) {
	m.renamed[now] = was
	if m.way.back[was] {
		m.way.back[now] = true
	}
}
