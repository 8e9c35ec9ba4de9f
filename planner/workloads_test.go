package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// ownedBy reads a manifest of an object whose controller made it for an owner.
func ownedBy(t *testing.T, kind, owner, text string) *unstructured.Unstructured {
	t.Helper()
	u := parseManifest(t, text)
	unstructured.SetNestedSlice(u.Object, []any{map[string]any{"kind": kind, "name": owner, "uid": owner, "controller": true}}, "metadata", "ownerReferences")
	return u
}

func replicaSet(t *testing.T, owner string, revision, replicas int, image string) *unstructured.Unstructured {
	t.Helper()
	return ownedBy(t, "Deployment", owner, fmt.Sprintf(`
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: %[1]s-%[4]s, uid: %[1]s-%[4]s, annotations: {deployment.kubernetes.io/revision: "%[2]d"}}
spec: {replicas: %[3]d, template: {metadata: {labels: {pod-template-hash: abc, app: x}, creationTimestamp: null}, spec: {containers: [{image: %[4]s}]}}}`,
		owner, revision, replicas, image))
}

func controllerRevision(t *testing.T, owner string, revision int, image string) *unstructured.Unstructured {
	t.Helper()
	return ownedBy(t, "StatefulSet", owner, fmt.Sprintf(`
apiVersion: apps/v1
kind: ControllerRevision
metadata: {name: %[1]s-%[3]s}
revision: %[2]d
data: {spec: {template: {$patch: replace, metadata: {labels: {app: x}}, spec: {containers: [{image: %[3]s}]}}}}`,
		owner, revision, image))
}

func makesPods(t *testing.T, kind, spec, image string) *unstructured.Unstructured {
	t.Helper()
	return parseManifest(t, fmt.Sprintf(`
apiVersion: apps/v1
kind: %s
metadata: {name: web}
spec: {%s, template: {metadata: {labels: {app: x}}, spec: {containers: [{image: %s}]}}}
status: {currentRevision: web-v1}`, kind, spec, image))
}

func podOf(t *testing.T, kind, owner, rest string) *unstructured.Unstructured {
	t.Helper()
	return ownedBy(t, kind, owner, "{apiVersion: v1, kind: Pod, metadata: {name: pod}, spec: {containers: []}, "+rest+"}")
}

func TestUsersOfConfiguration(t *testing.T) {
	const running = "status: {phase: Running}"
	deployment := func(spec, image string) *workload {
		u := makesPods(t, "Deployment", spec, image)
		return &workload{live: u, after: u}
	}
	set := func(spec, image string) *workload {
		u := makesPods(t, "StatefulSet", spec, image)
		return &workload{live: u, after: u}
	}
	changed := func(w *workload) *workload { w.rolls = rollsAll(w.after); return w }
	gone := func(w *workload) *workload { w.goes = true; return w }
	job := func(status string) *unstructured.Unstructured {
		return parseManifest(t, "{apiVersion: batch/v1, kind: Job, metadata: {name: once, uid: once}, spec: {suspend: true}, status: "+status+"}")
	}
	threeSets := func() []*unstructured.Unstructured {
		return []*unstructured.Unstructured{
			replicaSet(t, "web", 9, 0, "v1"), replicaSet(t, "web", 10, 0, "v2"), replicaSet(t, "web", 11, 1, "v3"),
		}
	}
	now := metav1.Now()
	terminating := replicaSet(t, "web", 2, 0, "v2")
	terminating.SetDeletionTimestamp(&now)
	dyingPod := podOf(t, "ReplicaSet", "web-v1", running)
	dyingPod.SetDeletionTimestamp(&now)

	tests := map[string]struct {
		web   *workload
		found made
		want  string
	}{
		"old ones up to the limit":             {deployment("revisionHistoryLimit: 1", "v3"), made{sets: threeSets()}, "web-v2"},
		"ten without a limit":                  {deployment("paused: false", "v3"), made{sets: threeSets()}, "web-v1 web-v2"},
		"no more than there are revisions":     {deployment("revisionHistoryLimit: 9", "v3"), made{sets: append(threeSets(), replicaSet(t, "web", 8, 0, "v0"))}, "web-v1 web-v2"},
		"none with a limit of 0":               {deployment("revisionHistoryLimit: 0", "v3"), made{sets: threeSets()}, ""},
		"the current one becomes an old one":   {changed(deployment("revisionHistoryLimit: 1", "v4")), made{sets: threeSets()}, "web-v3"},
		"an old one becomes the current one":   {changed(deployment("revisionHistoryLimit: 2", "v1")), made{sets: threeSets()}, "web-v2 web-v3"},
		"one that is being deleted":            {deployment("revisionHistoryLimit: 9", "v3"), made{sets: []*unstructured.Unstructured{terminating}}, ""},
		"those of a Deployment that goes":      {gone(deployment("revisionHistoryLimit: 9", "v3")), made{sets: threeSets()}, ""},
		"those of a Deployment that is gone":   {deployment("revisionHistoryLimit: 9", "v3"), made{sets: []*unstructured.Unstructured{replicaSet(t, "other", 1, 1, "v1")}}, ""},
		"those of an owner of another kind":    {nil, made{sets: []*unstructured.Unstructured{ownedBy(t, "Rollout", "r", "{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: r-1}, spec: {replicas: 0}}")}}, "r-1"},
		"one with pods beyond the limit":       {deployment("revisionHistoryLimit: 0", "v4"), made{sets: threeSets()}, "web-v3"},
		"one whose pods are to be replaced":    {changed(deployment("revisionHistoryLimit: 0", "v4")), made{sets: threeSets()}, ""},
		"one with pods of a paused Deployment": {changed(deployment("revisionHistoryLimit: 0, paused: true", "v4")), made{sets: threeSets()}, "web-v3"},

		"revisions up to the limit":         {changed(set("revisionHistoryLimit: 1", "v3")), made{revisions: []*unstructured.Unstructured{controllerRevision(t, "web", 1, "v1"), controllerRevision(t, "web", 2, "v2"), controllerRevision(t, "web", 3, "v3")}}, "web-v2"},
		"a revision below the partition":    {changed(set("revisionHistoryLimit: 0, updateStrategy: {rollingUpdate: {partition: 1}}", "v3")), made{revisions: []*unstructured.Unstructured{controllerRevision(t, "web", 1, "v1"), controllerRevision(t, "web", 2, "v2")}}, "web-v1"},
		"a revision that pods still are of": {set("revisionHistoryLimit: 0", "v3"), made{revisions: []*unstructured.Unstructured{controllerRevision(t, "web", 1, "v1")}}, "web-v1"},

		"a pod":                               {deployment("paused: false", "v3"), made{sets: threeSets()[2:], pods: []*unstructured.Unstructured{podOf(t, "ReplicaSet", "web-v3", running)}}, "pod"},
		"a pod that is replaced":              {changed(deployment("paused: false", "v3")), made{sets: threeSets()[2:], pods: []*unstructured.Unstructured{podOf(t, "ReplicaSet", "web-v3", running)}}, ""},
		"a pod that is not, on purpose":       {changed(set("updateStrategy: {type: OnDelete}", "v3")), made{pods: []*unstructured.Unstructured{podOf(t, "StatefulSet", "web", running)}}, "pod"},
		"a pod that is deleted":               {gone(set("paused: false", "v3")), made{pods: []*unstructured.Unstructured{podOf(t, "StatefulSet", "web", running)}}, ""},
		"a pod that is being deleted":         {nil, made{pods: []*unstructured.Unstructured{dyingPod}}, ""},
		"a pod that has ended":                {nil, made{pods: []*unstructured.Unstructured{podOf(t, "Job", "x", "status: {phase: Succeeded}")}}, ""},
		"a pod of nobody that is known":       {nil, made{pods: []*unstructured.Unstructured{podOf(t, "Job", "x", running)}}, "pod"},
		"a Job that has not ended":            {nil, made{jobs: []*unstructured.Unstructured{job("{}")}}, "once"},
		"a Job that has ended":                {nil, made{jobs: []*unstructured.Unstructured{job(`{conditions: [{type: Complete, status: "True"}]}`)}}, ""},
		"a Job that has failed":               {nil, made{jobs: []*unstructured.Unstructured{job(`{conditions: [{type: Failed, status: "True"}]}`)}}, ""},
		"a Job that has not ended and failed": {nil, made{jobs: []*unstructured.Unstructured{job(`{conditions: [{type: Failed, status: "False"}]}`)}}, "once"},
	}
	const revisions = 3
	for name, test := range tests {
		all := workloads{}
		if test.web != nil {
			all["web"] = test.web
		}
		var got []string
		for _, u := range all.users(test.found, revisions) {
			if !slices.Contains(got, u.GetName()) {
				got = append(got, u.GetName())
			}
		}
		if d := cmp.Diff(test.want, strings.Join(got, " ")); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestOldestRetainedRevision(t *testing.T) {
	tests := []struct {
		limit   int
		healthy []int
		to      int
		want    int
	}{
		{3, nil, 2, 0},
		{3, nil, 7, 5},
		{3, []int{6, 5}, 7, 5},
		{3, []int{2, 1}, 7, 2},
		{3, []int{7, 2}, 7, 2}, // what it went back to still counts once it is deployed itself
		{1, []int{6}, 7, 7},
	}
	for _, test := range tests {
		m := &maker{in: &Input{HistoryLimit: test.limit, Prior: &Prior{Healthy: test.healthy}}}
		if got := m.oldestRetained(test.to); got != test.want {
			t.Errorf("%+v: %d", test, got)
		}
	}
}
