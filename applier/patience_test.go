package applier_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/internal/testcluster"
	"stowage/planner"
)

// waitsFor calls do once, when the wait for a Deployment first says what.
func waitsFor(deployment, what string, do func()) func(applier.Event) {
	var once sync.Once
	return func(e applier.Event) {
		if e.Type == applier.StepWaiting && e.ID.Kind == "Deployment" && e.ID.Name == deployment && strings.Contains(e.Message, what) {
			once.Do(do)
		}
	}
}

func TestAQuotaThatBecomesFreeIsWaitedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const first = `config "first" { data = { a = "b" } }` + "\n"
	s.mustApply(t, first)
	quota := s.create(t, object{
		"apiVersion": "v1", "kind": "ResourceQuota", "metadata": object{"name": "full"}, "spec": object{"hard": object{"pods": "0"}},
	})
	freed := false
	plan, opts := s.plan(t, first+`app "web" { image = "nginx" }`)
	out := s.run(t.Context(), plan, opts, waitsFor("web", "exceeded quota", func() {
		freed = true
		if err := s.Delete(t.Context(), quota.GroupVersionKind(), s.namespace, "full", quota.GetUID(), metav1.DeletePropagationBackground); err != nil {
			t.Error(err)
		}
	}))
	if out.err != nil || !freed {
		t.Errorf("%v; the quota was seen: %v", out.err, freed)
	}
}

func TestAPodWithoutANodeIsWaitedForAsLongAsAnAutoscalerIsAtWork(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	label := s.namespace + "/disk" // of no node yet
	s.edit = func(o *planner.Object) {
		if o.Role == planner.RoleWorkload {
			o.Manifest = withPodSpec(t, o.Manifest, func(spec object) { spec["nodeSelector"] = object{label: "fast"} })
		}
	}
	plan, opts := s.plan(t, `
app "promised" { image = "nginx" }
app "refused" { image = "nginx" }
`)
	began := time.Now().Add(-time.Minute)
	refused := waitsFor("refused", "Unschedulable", func() {
		s.tellPods(t, "refused", "TriggeredScaleUp", "pod triggered scale-up: [{pool 1->2 (max: 2)}]", began)
		s.tellPods(t, "refused", "NotTriggerScaleUp", "pod didn't trigger scale-up: 1 max node group size reached", time.Now())
	})
	promised := waitsFor("promised", "Unschedulable", func() {
		s.tellPods(t, "promised", "NotTriggerScaleUp", "pod didn't trigger scale-up: 1 in backoff after failed scale-up", began)
		s.tellPods(t, "promised", "TriggeredScaleUp", "pod triggered scale-up: [{pool 1->2 (max: 2)}]", time.Now())
	})
	opts.OnFailure = applier.Continue
	out := s.run(t.Context(), plan, opts, func(e applier.Event) {
		refused(e)
		promised(e)
		if e.Type == applier.StepFailed && e.ID.Name == "refused" {
			s.labelNode(t, label, "fast")
		}
	})

	failure := notReady(t, out.step(t, "Deployment", "refused"))
	if failure.TimedOut != 0 || failure.Evidence.Reason != "Unschedulable" || !strings.Contains(failure.Error(), "no node will be added: pod didn't trigger scale-up") {
		t.Errorf("%v; want it given up for the autoscaler's word", failure)
	}
	if !slices.ContainsFunc(failure.Evidence.Events, func(e release.EventLine) bool { return e.Reason == "NotTriggerScaleUp" }) {
		t.Errorf("events %+v; want the autoscaler's among them", failure.Evidence.Events)
	}
	if step := out.step(t, "Deployment", "promised"); step.Status != applier.Done {
		t.Errorf("%s: %s, %v; want it waited for till the node was there", step.ID, step.Status, step.Err)
	}
}

// tellPods records an event about each pod of an app, as an autoscaler does.
func (s *site) tellPods(t *testing.T, app, reason, message string, at time.Time) {
	list, err := s.List(t.Context(), podsKind, s.namespace, planner.LabelApp+"="+app)
	if err != nil {
		t.Error(err)
	}
	for _, pod := range list {
		event := &corev1.Event{
			ObjectMeta:     metav1.ObjectMeta{GenerateName: pod.GetName() + "."},
			InvolvedObject: corev1.ObjectReference{Kind: "Pod", Namespace: s.namespace, Name: pod.GetName(), UID: pod.GetUID()},
			Type:           corev1.EventTypeNormal, Reason: reason, Message: message,
			Source:         corev1.EventSource{Component: "cluster-autoscaler"},
			FirstTimestamp: metav1.NewTime(at), LastTimestamp: metav1.NewTime(at), Count: 1,
		}
		if _, err := s.cluster.Client.CoreV1().Events(s.namespace).Create(t.Context(), event, metav1.CreateOptions{}); err != nil {
			t.Error(err)
		}
	}
}

// labelNode labels a node until the test ends.
func (s *site) labelNode(t *testing.T, key, value string) {
	nodes := s.cluster.Client.CoreV1().Nodes()
	label := func(ctx context.Context, value any) {
		patch, err := json.Marshal(object{"metadata": object{"labels": object{key: value}}})
		if err != nil {
			t.Error(err)
		}
		if _, err := nodes.Patch(ctx, "node-1", types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
			t.Error(err)
		}
	}
	label(t.Context(), value)
	t.Cleanup(func() { label(context.WithoutCancel(t.Context()), nil) })
}

func TestAVolumeWithoutItsSecretFailsSoon(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, `config "first" { data = { a = "b" } }`)
	secret := s.create(t, object{"apiVersion": "v1", "kind": "Secret", "metadata": object{"name": "absent"}})
	plan, opts := s.plan(t, `
app "web" {
  image = "nginx"
  mount "/etc/tls" { secret = "absent" }
}
`)
	if err := s.Delete(t.Context(), secret.GroupVersionKind(), s.namespace, "absent", secret.GetUID(), ""); err != nil {
		t.Fatal(err)
	}
	out := s.run(t.Context(), plan, opts, nil)
	failure := notReady(t, out.step(t, "Deployment", "web"))
	if failure.TimedOut != 0 || failure.Evidence.Reason != "FailedMount" || !strings.Contains(failure.Error(), `secret "absent" not found`) {
		t.Errorf("%v (%s); want FailedMount for the Secret, before the timeout", failure, failure.Evidence.Reason)
	}
}

// An app without probes is available for a moment before it crashes.
func TestS10WithoutProbesOneRestartIsToleratedAndACrashLoopIsNot(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ready := map[string]int{}
	plan, opts := s.plan(t, `
app "once" { image = "simulate.local/fail-once" }
app "loop" { image = "simulate.local/crash-loop" }
app "set" {
  kind  = "StatefulSet"
  image = "simulate.local/crash-loop"
}
`)
	opts.OnFailure = applier.Continue
	out := s.run(t.Context(), plan, opts, func(e applier.Event) {
		if e.Type == applier.StepDone {
			ready[e.ID.Name]++
		}
	})
	if ready["once"] != 1 || ready["loop"]+ready["set"] != 0 {
		t.Errorf("ready were %v", ready)
	}
	for _, step := range []applier.Step{out.step(t, "Deployment", "loop"), out.step(t, "StatefulSet", "set")} {
		if failure := notReady(t, step); failure.TimedOut != 0 || failure.Evidence.Reason != "CrashLoopBackOff" {
			t.Errorf("%v; want a crash loop, before the timeout", failure)
		}
	}
}

func TestAWaitSurvivesABrokenWatchAndAnExpiredOne(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	broken := make(chan struct{})
	var mu sync.Mutex
	again := 0 // watches that were asked for again
	s.proxy.Intercept(func(r testcluster.Request) testcluster.Action {
		if r.Verb != "watch" {
			return nil
		}
		select {
		case <-broken:
			mu.Lock()
			defer mu.Unlock()
			if again++; again <= 2 { // the history is gone: everything has to be listed anew
				return testcluster.Fail(metav1.Status{Code: http.StatusGone, Reason: metav1.StatusReasonExpired, Message: "too old resource version"})
			}
			return nil
		default:
		}
		return func(w http.ResponseWriter, r *http.Request, server http.Handler) {
			ctx, cut := context.WithCancel(r.Context())
			go func() {
				select {
				case <-broken:
				case <-ctx.Done():
				}
				cut()
			}()
			server.ServeHTTP(w, r.WithContext(ctx))
			panic(http.ErrAbortHandler) // in mid-stream
		}
	})
	plan, opts := s.plan(t, web("simulate.local/slow-start:2s", "  replicas = 1"))
	out := s.run(t.Context(), plan, opts, waitsFor("web", "0 available", func() { close(broken) }))
	if out.err != nil {
		t.Fatal(out.err)
	}
	if again < 3 {
		t.Errorf("%d watches were asked for again, so the test shows nothing", again)
	}
}
