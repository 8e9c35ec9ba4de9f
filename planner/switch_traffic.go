package planner

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// routes returns what divides the requests between the stable version and the canary,
// as far as anything but the number of pods does.
func (a *appSwitch) routes() []*unstructured.Unstructured {
	if a.rollout.Traffic == "" || a.sides.service == nil {
		return nil
	}
	var routes []*unstructured.Unstructured
	for id, u := range a.m.live.objects {
		switch {
		case a.rollout.Traffic == dsl.IngressNginx && isIngress(id) && a.isOfCanary(u),
			a.rollout.Traffic == dsl.GatewayAPI && isHTTPRoute(id) && slices.Contains(backendsOf(u), a.sides.service.GetName()):
			routes = append(routes, u)
		}
	}
	slices.SortFunc(routes, func(a, b *unstructured.Unstructured) int { return compareIDs(IDOf(a), IDOf(b)) })
	return routes
}

func (a *appSwitch) isOfCanary(u *unstructured.Unstructured) bool {
	return labelOf(u, LabelApp) == a.app && labelOf(u, LabelTrack) == TrackCanary
}

// weigh gives the canary its share of the requests, if they are weighed.
func (a *appSwitch) weigh(percent int32) {
	for _, route := range a.routes() {
		o := a.object(route)
		if isIngress(o.ID) {
			o.Manifest = annotated(o.Manifest, map[string]string{nginxWeight: fmt.Sprint(percent)})
		} else {
			o.Manifest = weighed(o.Manifest, a.sides.service.GetName(), percent)
		}
		if !unchanged(route, o.Manifest) {
			a.change(stageMove, fmt.Sprintf("%d%% of the requests go to the canary", percent), o)
		}
	}
}

// removeCanary takes the requests from the canary, and then all that belongs to it away.
func (a *appSwitch) removeCanary(reason string) {
	if a.rollout.Traffic == dsl.GatewayAPI {
		a.weigh(0)
	}
	ids := []ObjectID{}
	for id, u := range a.m.live.objects {
		if a.isOfCanary(u) && (isDeployment(id) || isIngress(id) || id.Kind == serviceKind.Kind) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, compareIDs)
	for _, id := range ids {
		a.remove(reason, a.m.live.objects[id])
	}
}

// orderRemoved has canaries go when nothing leads to them any more. Whatever weighs
// requests follows in its own time.
func (s *switching) orderRemoved() {
	s.m.canariesLast()
	deleted := make(map[ObjectID]*Change, len(s.m.deletes))
	weighed := false
	for _, c := range s.m.deletes {
		deleted[c.ID] = c
		weighed = weighed || !isDeployment(c.ID)
	}
	for _, c := range s.m.deletes {
		if weighed && isDeployment(c.ID) {
			c.Delay = s.want.Drain
		}
	}
	s.m.deletes = sortedDeletes(s.m.deletes, deleted)
}
