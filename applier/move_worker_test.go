package applier_test

import (
	"errors"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/applier"
	"stowage/internal/testcluster"
	"stowage/planner"
)

// worker returns an app without a Service, of which one color works at a time.
func worker(name, image string) string {
	return `
app "` + name + `" {
  image    = "` + image + `"
  replicas = 2
  rollout {
    strategy = "blue-green"
    worker   = true
  }
}
`
}

// pods returns how many pods a Deployment is to have.
func (s *site) pods(t *testing.T, deployment string) int64 {
	t.Helper()
	pods, _, _ := unstructured.NestedInt64(s.get(t, deployments, deployment).Object, "spec", "replicas")
	return pods
}

func TestAWorkerHasMovedWhenItsOldPodsAreGone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, worker("mail", "nginx:1"))
	s.mustApply(t, worker("mail", "nginx:2"))
	plan, opts := s.planSwitch(t, forward("mail"))
	out := s.run(t.Context(), plan, opts, nil)
	if out.err != nil {
		t.Fatal(out.err)
	}
	if blue, green := s.pods(t, "mail-blue"), s.pods(t, "mail-green"); blue != 0 || green != 2 {
		t.Errorf("blue has %d pods, green %d", blue, green)
	}
	if moved := out.step(t, "Deployment", "mail-blue").Moved; moved == nil || moved.Move.To.Name != "green" || moved.Followed <= 0 {
		t.Errorf("moved %+v", moved)
	}
	if left := s.get(t, deployments, "mail-blue"); left.GetAnnotations()[planner.AnnotationActive] != "" {
		t.Error("blue is marked as active still")
	}
	if apps := s.record(t).Apps; len(apps) != 1 {
		t.Errorf("recorded apps %+v", apps)
	}
}

func TestS44AWorkerGoesBackToWorkWhenAnotherCannotStop(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, worker("mail", "nginx:1")+worker("sums", "nginx:1")+colored("web", "nginx:1", ""))
	s.mustApply(t, worker("mail", "nginx:2")+worker("sums", "nginx:2")+colored("web", "nginx:2", ""))
	plan, opts := s.planSwitch(t, forward("mail", "sums", "web"))
	s.proxy.Intercept(func(r testcluster.Request) testcluster.Action {
		if r.Verb == "apply" && strings.HasSuffix(r.Path, "/deployments/sums-blue") {
			return testcluster.Fail(metav1.Status{Code: 403, Reason: metav1.StatusReasonForbidden, Message: "not you"})
		}
		return nil
	})
	out := s.run(t.Context(), plan, opts, nil)
	back := (*applier.MovedBackError)(nil)
	for kind, name := range map[string]string{"Deployment": "mail-blue", "Service": "web"} {
		if err := out.step(t, kind, name).Err; !errors.As(err, &back) || back.Err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.checkLeads(t, planner.Blue, "web")
	for _, name := range []string{"mail-blue", "sums-blue"} {
		u := s.get(t, deployments, name)
		if pods := s.pods(t, name); pods != 2 || u.GetAnnotations()[planner.AnnotationActive] == "" {
			t.Errorf("%s has %d pods, marked as %q", name, pods, u.GetAnnotations()[planner.AnnotationActive])
		}
	}
	s.proxy.Intercept(nil)
	plan, opts = s.planSwitch(t, forward("mail", "sums", "web")) // a second attempt ends what was begun
	if out := s.run(t.Context(), plan, opts, nil); out.err != nil {
		t.Fatal(out.err)
	}
	s.checkLeads(t, planner.Green, "web")
	for _, name := range []string{"mail-blue", "sums-blue"} {
		if pods := s.pods(t, name); pods != 0 {
			t.Errorf("%s has %d pods", name, pods)
		}
	}
}

func TestS44WhatCannotBeMovedBackAtOnceIsByASecondWalk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, colored("cart", "nginx:1", "")+colored("web", "nginx:1", ""))
	s.mustApply(t, colored("cart", "nginx:2", "")+colored("web", "nginx:2", ""))
	plan, opts := s.planSwitch(t, forward("cart", "web"))
	refused := map[string]int{}
	s.proxy.Intercept(func(r testcluster.Request) testcluster.Action {
		name := r.Path[strings.LastIndex(r.Path, "/")+1:]
		if r.Verb != "apply" || !strings.HasSuffix(r.Path, "/services/"+name) || name != "web" && name != "cart" || r.DryRun {
			return nil
		}
		// That of web is refused, and then the way back of cart once.
		if refused[name]++; name == "web" && refused[name] == 1 || name == "cart" && refused[name] == 2 {
			return testcluster.Fail(metav1.Status{Code: 403, Reason: metav1.StatusReasonForbidden, Message: "not you"})
		}
		return nil
	})
	out := s.run(t.Context(), plan, opts, nil)
	if out.Rollback == nil || out.Rollback.Err != nil || len(out.Rollback.Moves) != 1 {
		t.Fatalf("%v; rollback %+v; writes %v", out.err, out.Rollback, refused)
	}
	s.checkLeads(t, planner.Blue, "cart", "web")
}
