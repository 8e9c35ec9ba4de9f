package applier

import (
	"maps"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/internal/release"
	"stowage/planner"
)

// appsOf returns the apps of a plan and their versions: where two run side by side, that
// with the traffic, or the work.
func appsOf(plan *planner.Plan) []release.App {
	workloads, services := map[string][]*unstructured.Unstructured{}, map[string]*unstructured.Unstructured{}
	for i := range plan.Changes {
		c := &plan.Changes[i]
		if c.Object == nil {
			continue
		}
		app, labels := appOf(c.Object), c.Object.GetLabels()
		switch {
		case app == "":
		case c.Role == planner.RoleWorkload:
			workloads[app] = append(workloads[app], c.Object)
		case c.Role == planner.RoleService && labels[planner.LabelPreview] == "" && labels[planner.LabelTrack] == "":
			services[app] = c.Object
		}
	}
	var apps []release.App
	for _, name := range slices.Sorted(maps.Keys(workloads)) {
		active := activeOf(workloads[name], services[name])
		apps = append(apps, release.App{Name: name, Version: active.GetLabels()[planner.LabelVersion]})
	}
	return apps
}

// activeOf returns the one of an app's workloads that has the traffic, if there is a
// Service, or the work: that of the earliest revision marked so. A canary never counts.
func activeOf(workloads []*unstructured.Unstructured, service *unstructured.Unstructured) *unstructured.Unstructured {
	best := workloads[0]
	for _, u := range workloads {
		labels := u.GetLabels()
		switch color := labels[planner.LabelColor]; {
		case labels[planner.LabelTrack] != "":
		case color == "", service != nil && color == selectorOf(service)[planner.LabelColor]:
			return u
		case service == nil && activeSince(u) > 0 && (activeSince(best) == 0 || activeSince(u) < activeSince(best)):
			best = u
		}
	}
	return best
}

// activeSince returns the revision that made a worker work; 0: it does not.
func activeSince(u *unstructured.Unstructured) int {
	revision, _ := strconv.Atoi(u.GetAnnotations()[planner.AnnotationActive])
	return revision
}
