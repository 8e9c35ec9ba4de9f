package applier_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/watch"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/planner"
)

// web returns an app of that image, with the settings added.
func web(image, settings string) string {
	return `
app "web" {
  image = "` + image + `"
  port "http" { number = 80 }
  readiness {
    http          = { path = "/", port = "http" }
    initial_delay = "1s"
  }
` + settings + `
}
`
}

func TestS1TheOldConfigStaysWhileTheNewOneFails(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", "  replicas = 2\n  config = { COLOR = \"a\" }"))
	old := configOf(s.get(t, deployments, "web"))

	plan, opts := s.plan(t, web("simulate.local/never-ready", "  replicas = 2\n  config = { COLOR = \"b\" }"))
	opts.Timeout = 4 * time.Second
	var mu sync.Mutex
	var deleted string          // a pod of revision 1
	before := map[string]bool{} // pods that were there before that
	replaced := false
	var out outcome
	s.watch(t, configMaps, func(event watch.EventType, u *unstructured.Unstructured) {
		if event == watch.Deleted && u.GetName() == old {
			t.Errorf("config %s was deleted", old)
		}
	}, func() {
		s.watch(t, podsKind, func(_ watch.EventType, u *unstructured.Unstructured) {
			mu.Lock()
			defer mu.Unlock()
			if deleted == "" {
				before[u.GetName()] = true
			} else if !before[u.GetName()] && configOf(u) == old && isReady(u) {
				replaced = true
			}
		}, func() {
			out = s.run(t.Context(), plan, opts, func(e applier.Event) {
				mu.Lock()
				defer mu.Unlock()
				if e.Type == applier.StepWaiting && e.ID.Kind == "Deployment" && deleted == "" {
					deleted = s.deletePodWith(t, old)
				}
			})
		})
	})

	if err := notReady(t, out.step(t, "Deployment", "web")); err.TimedOut != opts.Timeout {
		t.Errorf("want the wait to time out, got %v", err)
	}
	if deleted == "" {
		t.Fatal("no pod was deleted: the test shows nothing")
	}
	if !replaced {
		t.Errorf("pod %s was not replaced by one that is ready with config %s", deleted, old)
	}
	record := s.record(t)
	if record.Status != release.Failed || record.Revision != 2 {
		t.Errorf("recorded as revision %d, %s; want 2, failed", record.Revision, record.Status)
	}
	if !slices.ContainsFunc(record.Inventory, func(i release.Item) bool { return i.Name == old && i.LastRevision == 1 }) {
		t.Errorf("config %s is not in the inventory: %+v", old, record.Inventory)
	}
}

// configOf returns the ConfigMap that the first container's environment is from.
func configOf(u *unstructured.Unstructured) string {
	spec := []string{"spec"}
	if u.GetKind() != "Pod" {
		spec = []string{"spec", "template", "spec"}
	}
	containers, _, _ := unstructured.NestedSlice(u.Object, append(spec, "containers")...)
	for _, c := range containers {
		container, _ := c.(map[string]any)
		sources, _, _ := unstructured.NestedSlice(container, "envFrom")
		for _, source := range sources {
			m, _ := source.(map[string]any)
			if name, found, _ := unstructured.NestedString(m, "configMapRef", "name"); found {
				return name
			}
		}
	}
	return ""
}

func isReady(pod *unstructured.Unstructured) bool {
	conditions, _, _ := unstructured.NestedSlice(pod.Object, "status", "conditions")
	return slices.ContainsFunc(conditions, func(c any) bool {
		m, _ := c.(map[string]any)
		return m["type"] == "Ready" && m["status"] == "True"
	})
}

// deletePodWith deletes one pod that uses the config and returns its name.
func (s *site) deletePodWith(t *testing.T, config string) string {
	list, err := s.List(t.Context(), podsKind, s.namespace, "")
	if err != nil {
		t.Error(err)
	}
	for _, pod := range list {
		if configOf(pod) == config {
			if err := s.Delete(t.Context(), podsKind, s.namespace, pod.GetName(), pod.GetUID(), metav1.DeletePropagationBackground); err != nil {
				t.Error(err)
			}
			return pod.GetName()
		}
	}
	t.Errorf("no pod uses config %s", config)
	return ""
}

func TestS8BFailsSoCIsSkippedAndDIsDone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	out := s.apply(t, `
app "a" {
  image = "nginx"
  port "http" { number = 80 }
}
app "b" {
  image = "simulate.local/image-pull-error"
  port "http" { number = 80 }
  env = { A = app.a.host }
}
app "c" {
  image = "nginx"
  env   = { B = app.b.host }
}
app "d" { image = "nginx" }
`)
	byID := objectErrors(t, out.err)
	if len(byID) != 1 || byID["Deployment b"] == nil {
		t.Errorf("errors: %v; want one, of Deployment b", out.err)
	}
	for name, want := range map[string]applier.Status{"a": applier.Done, "b": applier.Failed, "c": applier.Skipped, "d": applier.Done} {
		if step := out.step(t, "Deployment", name); step.Status != want {
			t.Errorf("Deployment %s is %s, want %s", name, step.Status, want)
		}
	}
	for _, step := range []applier.Step{out.step(t, "Deployment", "c"), out.step(t, "Service", "b")} {
		if step.Status != applier.Skipped || step.Message != "Deployment b failed" {
			t.Errorf("%s: %s, %q; want it skipped since Deployment b failed", step.ID, step.Status, step.Message)
		}
	}
	list, err := s.List(t.Context(), deployments, s.namespace, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 3 {
		t.Errorf("%d Deployments are there, want a, b and d", len(list))
	}
}

func TestS10OneReplicaThatIsNeverReadyFails(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plan, opts := s.plan(t, web("simulate.local/never-ready", "  replicas = 1"))
	opts.Timeout = 5 * time.Second
	out := s.run(t.Context(), plan, opts, nil)
	err := notReady(t, out.step(t, "Deployment", "web"))
	if err.TimedOut != opts.Timeout || err.Evidence.Pod == "" || err.Evidence.Container != "web" || err.Evidence.Reason != "NotReady" {
		t.Errorf("got %v", err)
	}
	for _, part := range []string{"not ready after 5s", "0 available", "pod web-", "container web"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}

	// Beside a pod of the revision before, which is up.
	s.mustApply(t, web("nginx", "  replicas = 1"))
	plan, opts = s.plan(t, web("simulate.local/never-ready", "  replicas = 1"))
	opts.Timeout = 5 * time.Second
	out = s.run(t.Context(), plan, opts, nil)
	err = notReady(t, out.step(t, "Deployment", "web"))
	if err.TimedOut != opts.Timeout || !strings.Contains(err.Error(), "1/1 updated, 1 available, 1 old still there; pod web-") {
		t.Errorf("beside an old pod: %v", err)
	}
}

func TestS10OneRestartIsTolerated(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("simulate.local/fail-once", "  replicas = 1"))
	list, err := s.List(t.Context(), podsKind, s.namespace, "")
	if err != nil {
		t.Fatal(err)
	}
	restarts := int64(0)
	for _, pod := range list {
		statuses, _, _ := unstructured.NestedSlice(pod.Object, "status", "containerStatuses")
		for _, status := range statuses {
			n, _, _ := unstructured.NestedInt64(status.(map[string]any), "restartCount")
			restarts += n
		}
	}
	if restarts != 1 {
		t.Errorf("%d restarts, want 1: the test shows nothing otherwise", restarts)
	}
}

func TestS10AWrongImageFailsSoon(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	out := s.apply(t, web("simulate.local/image-pull-error", "  replicas = 1"))
	err := notReady(t, out.step(t, "Deployment", "web"))
	if err.TimedOut != 0 || err.Evidence.Reason != "ImagePullBackOff" || err.Evidence.Container != "web" {
		t.Errorf("got %v; want ImagePullBackOff of container web, before the timeout", err)
	}
	if len(err.Evidence.Events) == 0 {
		t.Errorf("no warning events in %+v", err.Evidence)
	}
}

func TestS11WhatHasNothingToBecomeReadyIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	config := func(image string) string {
		return `
app "none" {
  image    = "` + image + `"
  replicas = 0
  port "http" { number = 80 }
}
app "headless" {
  image = "nginx"
  port "http" { number = 80 }
  service { headless = true }
}
app "web" {
  image = "` + image + `"
  port "http" { number = 80 }
}
`
	}
	s.edit = func(o *planner.Object) {
		if o.ID.Kind == "Service" && o.ID.Name == "none" { // whose endpoints somebody else sets
			o.Manifest = o.Manifest.DeepCopy()
			unstructured.RemoveNestedField(o.Manifest.Object, "spec", "selector")
		}
	}
	s.mustApply(t, config("nginx:1"))
	running := s.get(t, deployments, "web")

	s.as(t, "other-tool", `{"spec":{"paused":true}}`)
	plan, opts := s.plan(t, config("simulate.local/image-pull-error")) // which nobody gets to see
	out := s.run(t.Context(), plan, opts, nil)
	if out.err != nil || out.Record != release.Deployed {
		t.Fatalf("%v, recorded as %s", out.err, out.Record)
	}
	for name, want := range map[string]string{
		"none": "scaled to 0",
		"web":  "rollout is paused: 0/1 updated, 1 available",
	} {
		live := s.get(t, deployments, name)
		if got := planner.HealthOf(live); got != (planner.Health{Condition: planner.Current, Message: want}) {
			t.Errorf("Deployment %s: %+v, want %s", name, got, want)
		}
	}
	if now := s.get(t, deployments, "web"); now.GetGeneration() == running.GetGeneration() {
		t.Error("the paused Deployment was not changed: the test shows nothing")
	}
}

func TestPodsThatAQuotaRefusesAreSaid(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const first = `config "first" { data = { a = "b" } }` + "\n"
	s.mustApply(t, first)
	_, err := s.Apply(t.Context(), &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ResourceQuota",
		"metadata": map[string]any{"name": "none", "namespace": s.namespace},
		"spec":     map[string]any{"hard": map[string]any{"pods": "0"}},
	}}, false)
	if err != nil {
		t.Fatal(err)
	}
	out := s.apply(t, first+`
app "web" { image = "nginx" }
app "db" {
  kind  = "StatefulSet"
  image = "nginx"
}
`)
	for _, step := range []applier.Step{out.step(t, "Deployment", "web"), out.step(t, "StatefulSet", "db")} {
		err := notReady(t, step)
		if err.TimedOut != 0 || err.Evidence.Reason != "FailedCreate" || !strings.Contains(err.Error(), "exceeded quota") {
			t.Errorf("%s: %v (%s); want FailedCreate for the quota, before the timeout", step.ID, err, err.Evidence.Reason)
		}
	}
}

func TestS12AnUnchangedAppThatIsNotReadyFailsTheApply(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	config := web("simulate.local/never-ready", "  replicas = 1")
	plan, opts := s.plan(t, config)
	opts.NoWait = true
	if out := s.run(t.Context(), plan, opts, nil); out.err != nil || out.Record != release.Deployed {
		t.Fatalf("without waiting: %v, recorded as %s", out.err, out.Record)
	}

	plan, opts = s.plan(t, config)
	if !plan.Empty() {
		t.Fatalf("the plan changes something: %+v", plan.Changes)
	}
	s.proxy.Reset()
	opts.Timeout = 2 * time.Second
	out := s.run(t.Context(), plan, opts, nil)
	step := out.step(t, "Deployment", "web")
	if err := notReady(t, step); step.Action != planner.NoOp || err.Evidence.Pod == "" {
		t.Errorf("%s: %v", step.Action, err)
	}
	if writes := s.proxy.Writes(); len(writes) > 0 {
		t.Errorf("writes: %v", writes)
	}
}

func TestWaitingTellsWhatFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plan, opts := s.plan(t, web("simulate.local/slow-start:1s", "  replicas = 1"))
	out := s.run(t.Context(), plan, opts, nil)
	if out.err != nil {
		t.Fatal(out.err)
	}
	var said []string
	for _, e := range out.events {
		if e.Type == applier.StepWaiting && e.ID.Kind == "Deployment" {
			said = append(said, e.Message)
		}
	}
	if !slices.ContainsFunc(said, func(m string) bool {
		return strings.Contains(m, "1/1 updated, 0 available; pod web-")
	}) {
		t.Errorf("waiting said %q", said)
	}
}
