package applier_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"stowage/internal/testcluster"
	"stowage/planner"
)

var autoscalers = schema.GroupVersionKind{Group: "autoscaling", Version: "v2", Kind: "HorizontalPodAutoscaler"}

const autoscaled = `
  autoscale {
    min = 2
    max = 20
    cpu = 80
  }
  resources { requests = { cpu = "1m" } }
`

const requesting = `
  replicas = %d
  resources { requests = { cpu = "1m" } }
`

// scaleTo does to the Deployment "web" what an autoscaler does.
func (s *site) scaleTo(t *testing.T, count int) {
	t.Helper()
	_, err := s.cluster.Client.AppsV1().Deployments(s.namespace).Patch(t.Context(), "web", types.MergePatchType,
		fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, count), metav1.PatchOptions{FieldManager: "kube-controller-manager"}, "scale")
	if err != nil {
		t.Fatal(err)
	}
}

// counts returns each number of pods that the Deployment "web" is asked to have
// while do runs, one after the other.
func (s *site) counts(t *testing.T, do func()) []int64 {
	t.Helper()
	var seen []int64
	ended := make(chan struct{})
	end := sync.OnceFunc(func() { close(ended) })
	s.watch(t, deployments, func(_ watch.EventType, u *unstructured.Unstructured) {
		count, _, _ := unstructured.NestedInt64(u.Object, "spec", "replicas")
		seen = append(seen, count)
		if _, last := u.GetAnnotations()["test/end"]; last {
			end()
		}
	}, func() {
		do()
		s.as(t, "test", `{"metadata":{"annotations":{"test/end":""}}}`)
		<-ended // or the watch might be stopped before it has told all
	})
	s.as(t, "test", `{"metadata":{"annotations":{"test/end":null}}}`)
	return slices.Compact(seen)
}

// planned returns the plan's lines about the number of pods.
func planned(plan *planner.Plan) []planner.FieldDiff {
	var lines []planner.FieldDiff
	for _, c := range plan.Changes {
		for _, d := range c.Diff {
			if strings.HasPrefix(d.Path, "spec.replicas") {
				lines = append(lines, d)
			}
		}
	}
	return lines
}

// appliedWithout applies a configuration, the plan of which must not say anything about
// the number of pods, and that number must be the same all the time.
func (s *site) appliedWithout(t *testing.T, config string, count int64) {
	t.Helper()
	plan, opts := s.plan(t, config)
	if lines := planned(plan); len(lines) > 0 {
		t.Errorf("the plan says %+v", lines)
	}
	counts := s.counts(t, func() {
		if out := s.run(t.Context(), plan, opts, nil); out.err != nil {
			t.Fatal(out.err)
		}
	})
	if !slices.Equal(counts, []int64{count}) {
		t.Errorf("pods asked for: %v, want %d all the time", counts, count)
	}
	s.expectNothingToDo(t, config)
}

func (s *site) expectNothingToDo(t *testing.T, config string) {
	t.Helper()
	plan, _ := s.plan(t, config)
	for i := range plan.Changes {
		if c := &plan.Changes[i]; c.Action != planner.NoOp {
			t.Errorf("afterwards: %s %s: %s %+v", c.Action, c.ID, c.Reason, c.Diff)
		}
	}
}

// ownsCount reports whether stowage owns the number of pods.
func (s *site) ownsCount(t *testing.T) bool {
	t.Helper()
	for _, entry := range s.get(t, deployments, "web").GetManagedFields() {
		if entry.Manager == planner.FieldManager && strings.Contains(entry.FieldsV1.GetRawString(), `"f:replicas"`) {
			return true
		}
	}
	return false
}

func TestS29TheNumberThatAnAutoscalerHoldsNeverDips(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", autoscaled))
	target, _, _ := unstructured.NestedString(s.get(t, autoscalers, "web").Object, "spec", "scaleTargetRef", "kind")
	if target != "Deployment" {
		t.Errorf("the autoscaler is for a %q", target)
	}
	s.scaleTo(t, 9)
	s.expectNothingToDo(t, web("nginx:1", autoscaled))
	s.appliedWithout(t, web("nginx:2", autoscaled), 9)
	if got := image(s.get(t, deployments, "web")); got != "nginx:2" {
		t.Errorf("image %s", got)
	}
}

func TestS29FromAFixedNumberToAnAutoscalerNothingDips(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", fmt.Sprintf(requesting, 3)))
	// Nobody but stowage has the number, so that it would become 1.
	s.appliedWithout(t, web("nginx:1", autoscaled), 3)
	s.appliedWithout(t, web("nginx:2", autoscaled), 3)
	if !s.ownsCount(t) {
		t.Error("nobody owns the number of pods")
	}
	s.scaleTo(t, 9)
	s.expectNothingToDo(t, web("nginx:2", autoscaled))
	s.appliedWithout(t, web("nginx:3", autoscaled), 9)
	if s.ownsCount(t) {
		t.Error("stowage owns the number of pods beside the autoscaler")
	}
}

func TestS29BothInOneChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", fmt.Sprintf(requesting, 3)))
	s.appliedWithout(t, web("nginx:2", autoscaled), 3)
}

func TestANumberThatAnotherOwnsTooIsLetGoWithTheNextUpdate(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", fmt.Sprintf(requesting, 3)))
	s.as(t, "other", `{"spec":{"replicas":4}}`)
	s.as(t, "other", `{"spec":{"replicas":3}}`)
	s.mustApply(t, web("nginx:1", fmt.Sprintf(requesting, 3))) // takes it over, beside the other
	if !s.ownsCount(t) {
		t.Fatal("the test is about a number that both own")
	}
	s.appliedWithout(t, web("nginx:1", autoscaled), 3)
	if !s.ownsCount(t) {
		t.Error("an update for the ownership alone")
	}
	s.appliedWithout(t, web("nginx:2", autoscaled), 3)
	if s.ownsCount(t) {
		t.Error("stowage still owns the number of pods")
	}
}

func TestAnAutoscalerThatActsAfterThePlanKeepsItsNumber(t *testing.T) {
	t.Parallel()
	for name, drift := range map[string]bool{"plain": false, "with drift": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.mustApply(t, web("nginx:1", fmt.Sprintf(requesting, 3)))
			if drift {
				s.as(t, "other-tool", imagePatch)
			}
			plan, opts := s.plan(t, web("nginx:2", autoscaled))
			s.scaleTo(t, 7)
			counts := s.counts(t, func() {
				if out := s.run(t.Context(), plan, opts, nil); out.err != nil {
					t.Fatal(out.err)
				}
			})
			if !slices.Equal(counts, []int64{7}) {
				t.Errorf("pods asked for: %v, want 7 all the time", counts)
			}
			if got := image(s.get(t, deployments, "web")); got != "nginx:2" {
				t.Errorf("image %s", got)
			}
		})
	}
}

func TestFromAnAutoscalerToAFixedNumber(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", autoscaled))
	s.scaleTo(t, 9)
	fixed := web("nginx:1", fmt.Sprintf(requesting, 5))
	plan, opts := s.plan(t, fixed)
	want := []planner.FieldDiff{{Path: "spec.replicas", Op: planner.Update, Before: int64(9), After: int64(5)}}
	if got := planned(plan); !slices.Equal(got, want) {
		t.Errorf("the plan says %+v, want %+v", got, want)
	}
	counts := s.counts(t, func() {
		if out := s.run(t.Context(), plan, opts, nil); out.err != nil {
			t.Fatal(out.err)
		}
	})
	if !slices.Equal(counts, []int64{9, 5}) {
		t.Errorf("pods asked for: %v, want 9, then 5", counts)
	}
	if _, err := s.Get(t.Context(), autoscalers, s.namespace, "web"); !apierrors.IsNotFound(err) {
		t.Errorf("the autoscaler: %v, want it gone", err)
	}
	s.expectNothingToDo(t, fixed)

	// An autoscaler that is still there would go on choosing another number.
	order := s.audited(t, func(e testcluster.AuditEvent) bool {
		return strings.HasPrefix(e.UserAgent, "stowage/") && !e.DryRun && e.Name == "web" && e.Resource != "services"
	})
	if end := order[len(order)-2:]; !slices.Equal(end, []string{"horizontalpodautoscalers/web", "deployments/web"}) {
		t.Errorf("writes: %v", order)
	}
}

func TestTheLastStepsOfAnAutoscaledAppAreInOrderWhenItGoes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", autoscaled))
	s.mustApply(t, destroy)
	order := s.audited(t, func(e testcluster.AuditEvent) bool {
		return strings.HasPrefix(e.UserAgent, "stowage/") && e.Verb == "delete" && !strings.HasPrefix(e.Name, "stowage.")
	})
	at := func(resource string) int { return slices.Index(order, resource+"/web") }
	if at("horizontalpodautoscalers") < 0 || at("horizontalpodautoscalers") > at("deployments") {
		t.Errorf("deletes: %v", order)
	}
}

func TestANumberThatNobodyDeclaredStays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", ""))
	s.scaleTo(t, 4)
	s.appliedWithout(t, web("nginx:2", ""), 4)
}
