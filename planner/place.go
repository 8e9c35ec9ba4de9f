package planner

import (
	"context"

	"stowage/dsl"
)

// template is an app as it was rendered, whose versions run side by side: which of
// its Deployments is meant, the cluster tells.
type template struct {
	app      string
	rollout  *Rollout
	workload Object
	others   []Object // Services, autoscaler, checks, data, claims, as they were rendered
}

// place settles which Deployment each rendered version goes to, where the versions
// of an app run side by side, and what the other one is.
func (m *maker) place(_ context.Context) error {
	var placed []Object
	templates, rest := templatesOf(m.in.Objects)
	if len(templates) == 0 {
		return nil
	}
	placed = append(placed, rest...)
	for _, t := range templates {
		s := sidesOf(t.app, m.live.objects)
		switch t.rollout.Strategy {
		case dsl.BlueGreen:
			placed = append(placed, m.placeBlueGreen(t, s)...)
		case dsl.Canary:
			placed = append(placed, m.placeCanary(t, s)...)
		}
	}
	graph, err := NewGraph(placed)
	if err != nil {
		return err
	}
	m.setTarget(placed, graph)
	return nil
}

// templatesOf takes apart what is to be placed and what is not.
func templatesOf(objects []Object) (templates []*template, rest []Object) {
	byApp := map[string]*template{}
	for _, o := range objects {
		if o.Rollout != nil {
			t := &template{app: appOf(o), rollout: o.Rollout, workload: o}
			byApp[t.app] = t
			templates = append(templates, t)
		}
	}
	for _, o := range objects {
		t := byApp[appOf(o)]
		switch {
		case t == nil:
			rest = append(rest, o)
		case o.Rollout == nil:
			t.others = append(t.others, o)
		}
	}
	return templates, rest
}
