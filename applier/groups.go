package applier

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/planner"
)

// group is what a stream looks objects up by: the app that they are a part of or, for
// those of controllers that have no label of the release, the workload that they were made
// for. What has neither is in the empty group.
type group struct {
	app        string
	kind, name string // of a workload
}

// makers are the kinds of workloads that pods are made for.
var makers = []string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"}

// groupOf returns the group of an object.
func groupOf(u *unstructured.Unstructured, release string) group {
	labels := u.GetLabels()
	if app := labels[planner.LabelApp]; app != "" && labels[planner.LabelRelease] == release {
		return group{app: app}
	}
	kind, name := planner.MadeFor(u)
	if !slices.Contains(makers, kind) { // of a Service, which its EndpointSlices are found by in another way
		return group{}
	}
	return group{kind: kind, name: name}
}

// podsOfChange returns the group of the pods that the object of a change runs, and whether
// it runs any that are waited for.
func podsOfChange(c *planner.Change, release string) (group, bool) {
	if c.Role != planner.RoleWorkload && c.Action != planner.Run || c.Object == nil {
		return group{}, false
	}
	switch app := appOf(c.Object); {
	case planner.LabelsPods(c.Object, release):
		return group{app: app}, app != ""
	case slices.Contains(makers, c.ID.Kind):
		return group{kind: c.ID.Kind, name: c.ID.Name}, true
	}
	return group{}, false
}

// withoutLabels returns the namespaces in which pods have to be looked for that have not
// the label of the release: those of a workload whose template says otherwise, and those
// that a Service comes to lead to which is no app's.
func withoutLabels(plan *planner.Plan) map[string]bool {
	namespaces := map[string]bool{}
	for i := range plan.Changes {
		c := &plan.Changes[i]
		pods, runs := podsOfChange(c, plan.Release.Name)
		if runs && pods.app == "" || c.Object != nil && redirects(c) && appOf(c.Object) == "" {
			namespaces[c.ID.Namespace] = true
		}
	}
	return namespaces
}

// isMade reports whether objects of a kind are made by controllers, and have the labels
// that a workload gives to its pods.
func isMade(kind schema.GroupVersionKind) bool { return kind == podKind || kind == replicaSetKind }
