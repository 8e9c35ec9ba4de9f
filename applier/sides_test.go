package applier_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"

	"stowage/applier"
	"stowage/planner"
)

var endpointSlices = schema.GroupVersionKind{Group: "discovery.k8s.io", Version: "v1", Kind: "EndpointSlice"}

// color returns a Deployment of an app with that many pods.
func (s *site) color(app string, color planner.Color, pods int64) *unstructured.Unstructured {
	labels := object{
		planner.LabelApp: app, planner.LabelRelease: "shop", planner.LabelColor: string(color), "app.kubernetes.io/name": app,
	}
	return &unstructured.Unstructured{Object: object{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": object{"name": app + "-" + string(color), "namespace": s.namespace, "labels": labels},
		"spec": object{
			"replicas": pods,
			"selector": object{"matchLabels": object{"app.kubernetes.io/name": app, planner.LabelColor: string(color)}},
			"template": object{
				"metadata": object{"labels": labels},
				"spec":     object{"containers": []any{object{"name": app, "image": "nginx"}}},
			},
		},
	}}
}

// service returns a Service in front of a color of an app.
func (s *site) service(app, name, color string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: object{
		"apiVersion": "v1", "kind": "Service",
		"metadata": object{
			"name": name, "namespace": s.namespace,
			"labels": object{planner.LabelApp: app, planner.LabelRelease: "shop"},
		},
		"spec": object{
			"selector": object{"app.kubernetes.io/name": app, planner.LabelColor: color},
			"ports":    []any{object{"name": "http", "port": int64(80), "protocol": "TCP"}},
		},
	}}
}

// stand makes objects as if an earlier run had.
func (s *site) stand(t *testing.T, objects ...*unstructured.Unstructured) {
	t.Helper()
	for _, u := range objects {
		if _, err := s.Apply(t.Context(), u, false); err != nil {
			t.Fatal(err)
		}
	}
}

// sideBySide makes apps of two colors with two pods each, of which blue has the traffic.
func (s *site) sideBySide(t *testing.T, apps ...string) {
	t.Helper()
	s.stand(t, &unstructured.Unstructured{Object: object{
		"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": s.namespace},
	}})
	for _, app := range apps {
		s.stand(t, s.color(app, planner.Blue, 2), s.color(app, planner.Green, 2),
			s.service(app, app, "blue"), s.service(app, app+"-preview", "green"))
	}
	for _, app := range apps {
		s.awaitEndpoints(t, app, 2)
		s.awaitEndpoints(t, app+"-preview", 2)
	}
}

var errSeen = errors.New("seen")

// await returns once an object of a kind is as seen says.
func (s *site) await(t *testing.T, kind schema.GroupVersionKind, what string, seen func(u *unstructured.Unstructured) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := s.Watch(ctx, kind, s.namespace, "", func(event watch.EventType, u *unstructured.Unstructured) error {
		if (event == watch.Added || event == watch.Modified) && seen(u) {
			return errSeen
		}
		return nil
	})
	if !errors.Is(err, errSeen) {
		t.Fatalf("never seen: %s: %v", what, err)
	}
}

// awaitEndpoints returns once a Service leads to that many ready pods.
func (s *site) awaitEndpoints(t *testing.T, service string, n int) {
	t.Helper()
	s.await(t, endpointSlices, fmt.Sprintf("%d endpoints of %s", n, service), func(u *unstructured.Unstructured) bool {
		return u.GetLabels()["kubernetes.io/service-name"] == service && len(readyIn(u)) == n
	})
}

// readyIn returns the pods that an EndpointSlice has as ready.
func readyIn(slice *unstructured.Unstructured) []string {
	var pods []string
	all, _, _ := unstructured.NestedSlice(slice.Object, "endpoints")
	for _, e := range all {
		ready, _, _ := unstructured.NestedBool(e.(object), "conditions", "ready")
		if name, _, _ := unstructured.NestedString(e.(object), "targetRef", "name"); ready {
			pods = append(pods, name)
		}
	}
	return pods
}

// change returns a change of a live object, as a plan has it.
func (s *site) change(t *testing.T, u *unstructured.Unstructured, role planner.Role, needs ...planner.Need) planner.Change {
	t.Helper()
	live := s.get(t, u.GroupVersionKind(), u.GetName())
	return planner.Change{
		ID: planner.IDOf(u), Action: planner.Update, Role: role, Object: u, Needs: needs,
		Address: "app." + u.GetLabels()[planner.LabelApp],
		Live: &planner.LiveRef{
			APIVersion: live.GetAPIVersion(), UID: live.GetUID(), ResourceVersion: live.GetResourceVersion(),
			Generation: live.GetGeneration(),
		},
	}
}

// side returns a color of an app with two pods.
func (s *site) side(app string, color planner.Color, version string) planner.Side {
	return planner.Side{Name: string(color), Version: version, Pods: 2, Ready: 2, Workload: planner.IDOf(s.color(app, color, 2))}
}

// switchPlan moves apps from blue to green.
func (s *site) switchPlan(t *testing.T, apps ...string) (*planner.Plan, applier.Options) {
	t.Helper()
	plan := &planner.Plan{Release: planner.ReleaseInfo{
		Name: "shop", Namespace: s.namespace, ToRevision: 1, HistoryLimit: 3, Switch: planner.SwitchForward, SwitchApps: apps,
	}}
	var previews []planner.Change
	for _, app := range apps {
		c := s.change(t, s.service(app, app, "green"), planner.RoleService)
		c.Move = &planner.Move{
			App: app, From: s.side(app, planner.Blue, "1.0.0"), To: s.side(app, planner.Green, "1.0.1"), Pods: 2,
			Ready:   &planner.ObjectID{Kind: "Service", Namespace: s.namespace, Name: app + "-preview"},
			Preview: s.service(app, app+"-preview", planner.NoColor),
		}
		plan.Changes = append(plan.Changes, c)
		previews = append(previews, s.change(t, s.service(app, app+"-preview", "blue"), planner.RoleService))
	}
	for i := range previews {
		for _, c := range plan.Changes[:len(apps)] {
			previews[i].Needs = append(previews[i].Needs, planner.Need{ID: c.ID, Gate: planner.Ready})
		}
	}
	plan.Changes = append(plan.Changes, previews...)
	return plan, applier.Options{Timeout: time.Minute}
}

// leads returns the color that a Service selects.
func (s *site) leads(t *testing.T, service string) string {
	t.Helper()
	color, _, _ := unstructured.NestedString(s.get(t, services, service).Object, "spec", "selector", planner.LabelColor)
	return color
}
