package applier_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"stowage/applier"
	"stowage/internal/testcluster"
	"stowage/planner"
)

// patchService changes a Service like another client would.
func (s *site) patchService(t *testing.T, name, patch string) {
	t.Helper()
	_, err := s.cluster.Client.CoreV1().Services(s.namespace).Patch(
		context.WithoutCancel(t.Context()), name, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: "other-tool"})
	if err != nil {
		t.Error(err)
	}
}

// toServices returns the writes to Services since the proxy began to count.
func (s *site) toServices() []string {
	var writes []string
	for _, request := range s.proxy.Writes() {
		if at := strings.Index(request.Path, "/services/"); at >= 0 {
			writes = append(writes, request.Path[at+len("/services/"):])
		}
	}
	return writes
}

func TestS41ASwitchMovesAllAppsAndTellsWhen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.sideBySide(t, "cart", "web")
	plan, opts := s.switchPlan(t, "cart", "web")
	s.proxy.Reset()
	out := s.run(t.Context(), plan, opts, nil)
	if out.err != nil {
		t.Fatal(out.err)
	}
	s.checkRequests(t)
	for _, app := range []string{"cart", "web"} {
		if to, preview := s.leads(t, app), s.leads(t, app+"-preview"); to != "green" || preview != "blue" {
			t.Errorf("%s leads to %s, its preview to %s", app, to, preview)
		}
		moved := out.step(t, "Service", app).Moved
		if moved == nil || moved.Move.To.Name != "green" || moved.At.IsZero() || moved.Followed <= 0 {
			t.Errorf("%s: moved %+v", app, moved)
		}
		told := slices.ContainsFunc(out.events, func(e applier.Event) bool {
			return e.Type == applier.StepDone && e.ID.Name == app && e.Moved == moved
		})
		if !told {
			t.Errorf("no event says when %s moved", app)
		}
	}
	want := []string{"cart-preview", "web-preview", "cart", "web"}
	if got := s.toServices(); !slices.Equal(got[:min(len(got), 4)], want) || len(got) != 6 {
		t.Errorf("written: %v; want %v and then both previews", got, want)
	}
}

// checkRequests expects that a switch asks the cluster for no more than it has to,
// whatever the number of apps.
func (s *site) checkRequests(t *testing.T) {
	t.Helper()
	reads := map[string]int{}
	for _, request := range s.proxy.Requests() {
		if request.Write() || strings.Contains(request.Path, "/secrets") || strings.Contains(request.Path, "/leases") {
			continue
		}
		reads[request.Verb+" "+request.Path[strings.LastIndex(request.Path, "/")+1:]]++
	}
	for _, what := range []string{"list endpointslices", "watch endpointslices", "list pods", "watch pods", "list services"} {
		if reads[what] != 1 {
			t.Errorf("%d × %s, want 1", reads[what], what)
		}
		delete(reads, what)
	}
	if len(reads) > 0 {
		t.Errorf("needless: %v", reads)
	}
}

func TestS42ThePreviewNeverAnswersFromTheColorWithTheTraffic(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.sideBySide(t, "web")
	plan, opts := s.switchPlan(t, "web")
	leads := func(service string) string { // as the EndpointSlices say, in mid-request
		slices, err := s.cluster.Client.DiscoveryV1().EndpointSlices(s.namespace).List(t.Context(),
			metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=" + service})
		if err != nil || len(slices.Items) != 1 {
			t.Error(service, err)
			return ""
		}
		for _, e := range slices.Items[0].Endpoints {
			return strings.Split(e.TargetRef.Name, "-")[1]
		}
		return ""
	}
	s.proxy.Intercept(func(r testcluster.Request) testcluster.Action {
		switch {
		case r.Verb == "apply" && strings.HasSuffix(r.Path, "/services/web"):
			if preview := leads("web-preview"); preview != "" {
				t.Errorf("the traffic moves while the preview leads to %s", preview)
			}
		case r.Verb == "apply" && strings.HasSuffix(r.Path, "/services/web-preview"):
			if now := leads("web"); now == "" {
				t.Error("the Service leads nowhere")
			} else if moved := s.leads(t, "web"); moved != now {
				t.Errorf("the preview moves while the Service that selects %s leads to %s", moved, now)
			}
		}
		return nil
	})
	if out := s.run(t.Context(), plan, opts, nil); out.err != nil {
		t.Fatal(out.err)
	}
}

func TestS42APreviewThatStillLeadsToAVersionKeepsTrafficFromIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.sideBySide(t, "web")
	s.lagging(t, "web", "web-preview", planner.Green)
	plan, opts := s.switchPlan(t, "web")
	opts.Timeout = 3 * time.Second
	out := s.run(t.Context(), plan, opts, nil)
	if err := out.step(t, "Service", "web").Err; err == nil || !strings.Contains(err.Error(), "the preview still led to green 1.0.1 after 3s") {
		t.Errorf("%v; want the preview named", err)
	}
	s.checkLeads(t, planner.Blue, "web")
}

func TestS44ASecondAppThatIsNotThereAnyMoreKeepsBothWhereTheyAre(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.sideBySide(t, "cart", "web")
	plan, opts := s.switchPlan(t, "cart", "web")
	s.stand(t, s.color("web", planner.Green, 1))
	s.awaitEndpoints(t, "web-preview", 1)
	s.proxy.Reset()
	out := s.run(t.Context(), plan, opts, nil)
	short := (*planner.NotThereError)(nil)
	if !errors.As(out.step(t, "Service", "web").Err, &short) || short.Ready != 1 || short.Wanted != 2 {
		t.Errorf("%v; want 1 of 2 pods of web ready", out.err)
	}
	if step := out.step(t, "Service", "cart"); step.Status != applier.Skipped || step.Message != "Service web failed" {
		t.Errorf("cart is %s: %s", step.Status, step.Message)
	}
	if writes := s.toServices(); len(writes) > 0 {
		t.Errorf("written: %v", writes)
	}
}

func TestS44WhenTheSecondAppCannotBeMovedTheFirstGoesBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.sideBySide(t, "cart", "web")
	plan, opts := s.switchPlan(t, "cart", "web")
	s.proxy.Intercept(func(r testcluster.Request) testcluster.Action {
		if r.Verb == "apply" && strings.HasSuffix(r.Path, "/services/web") {
			return testcluster.Fail(metav1.Status{Code: 403, Reason: metav1.StatusReasonForbidden, Message: "not you"})
		}
		return nil
	})
	out := s.run(t.Context(), plan, opts, nil)
	for _, app := range []string{"cart", "web"} {
		if to, preview := s.leads(t, app), s.leads(t, app+"-preview"); to != "blue" || preview != "green" {
			t.Errorf("%s leads to %s, its preview to %s", app, to, preview)
		}
		if moved := out.step(t, "Service", app).Moved; moved != nil {
			t.Errorf("%s is said to have moved: %+v", app, moved)
		}
	}
	back, rejected := (*applier.MovedBackError)(nil), (*applier.RejectedError)(nil)
	if err := out.step(t, "Service", "cart").Err; !errors.As(err, &back) || back.Err != nil || back.To.Name != "blue" {
		t.Errorf("cart: %v", err)
	}
	if err := out.step(t, "Service", "web").Err; !errors.As(err, &rejected) {
		t.Errorf("web: %v", err)
	}
	if step := out.step(t, "Service", "web-preview"); step.Status != applier.Skipped {
		t.Errorf("the preview's step is %s", step.Status)
	}
}

func TestS41ASelectorThatSomebodyEditedSinceThePlanIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"green", "none"} { // also when it is the very edit that is planned
		t.Run(to, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.sideBySide(t, "cart", "web")
			plan, opts := s.switchPlan(t, "cart", "web")
			s.patchService(t, "web", `{"spec":{"selector":{"stowage.dev/color":"`+to+`"}}}`)
			s.proxy.Reset()
			out := s.run(t.Context(), plan, opts, nil)
			var changed *applier.ChangedError
			if err := out.step(t, "Service", "web").Err; !errors.As(err, &changed) {
				t.Errorf("%v; want it changed", err)
			}
			if writes := s.toServices(); len(writes) > 0 || s.leads(t, "web") != to {
				t.Errorf("written: %v; web leads to %s", writes, s.leads(t, "web"))
			}
		})
	}
}

func TestS41AnEditBetweenTheLookAndTheWriteRefusesToo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.sideBySide(t, "web")
	plan, opts := s.switchPlan(t, "web")
	s.proxy.Intercept(func(r testcluster.Request) testcluster.Action {
		if r.Verb == "apply" && strings.HasSuffix(r.Path, "/services/web") {
			s.patchService(t, "web", `{"spec":{"selector":{"stowage.dev/color":"green"}}}`)
		}
		return nil
	})
	out := s.run(t.Context(), plan, opts, nil)
	var changed *applier.ChangedError
	if err := out.step(t, "Service", "web").Err; !errors.As(err, &changed) {
		t.Errorf("%v; want it changed", err)
	}
}

func TestS41WhatDoesNotMatterMayChangeBetweenPlanAndSwitch(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.sideBySide(t, "web")
	plan, opts := s.switchPlan(t, "web")
	s.patchService(t, "web", `{"metadata":{"annotations":{"other.tool/note":"x"}}}`)
	if out := s.run(t.Context(), plan, opts, nil); out.err != nil || s.leads(t, "web") != "green" {
		t.Fatalf("%v; web leads to %s", out.err, s.leads(t, "web"))
	}
	if s.get(t, services, "web").GetAnnotations()["other.tool/note"] != "x" {
		t.Error("the annotation is gone")
	}
}

func TestS43AMoveWhoseAnswerIsLostIsKnownToBeDone(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]testcluster.Action{
		"lost": testcluster.Lose, "reset": testcluster.Reset,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.sideBySide(t, "web")
			plan, opts := s.switchPlan(t, "web")
			faults := 0
			s.proxy.Intercept(func(r testcluster.Request) testcluster.Action {
				if r.Verb == "apply" && strings.HasSuffix(r.Path, "/services/web") && faults == 0 {
					faults++
					return fault
				}
				return nil
			})
			out := s.run(t.Context(), plan, opts, nil)
			if out.err != nil || s.leads(t, "web") != "green" || faults != 1 {
				t.Fatalf("%v; web leads to %s after %d faults", out.err, s.leads(t, "web"), faults)
			}
			if moved := out.step(t, "Service", "web").Moved; moved == nil || moved.Followed <= 0 {
				t.Errorf("moved %+v", moved)
			}
		})
	}
}

func TestS44AnInterruptBetweenTwoMovesIsHeardAfterTheLast(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.sideBySide(t, "cart", "web")
	plan, opts := s.switchPlan(t, "cart", "web")
	ctx, interrupt := context.WithCancel(t.Context())
	s.proxy.Intercept(func(r testcluster.Request) testcluster.Action {
		if r.Verb == "apply" && strings.HasSuffix(r.Path, "/services/cart") {
			interrupt()
		}
		return nil
	})
	out := s.run(ctx, plan, opts, nil)
	if !out.Interrupted {
		t.Error("it is not said to be interrupted")
	}
	if cart, web := s.leads(t, "cart"), s.leads(t, "web"); cart != web {
		t.Errorf("cart leads to %s, web to %s", cart, web)
	}
}

func TestS44AnInterruptBeforeTheFirstMoveMovesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.sideBySide(t, "cart", "web")
	plan, opts := s.switchPlan(t, "cart", "web")
	ctx, interrupt := context.WithCancel(t.Context())
	s.proxy.Intercept(func(r testcluster.Request) testcluster.Action {
		if r.Verb == "apply" && strings.HasSuffix(r.Path, "/services/web-preview") {
			interrupt()
		}
		return nil
	})
	out := s.run(ctx, plan, opts, nil)
	for _, app := range []string{"cart", "web"} {
		if step := out.step(t, "Service", app); step.Status != applier.Skipped || step.Message != "interrupted" || step.Moved != nil {
			t.Errorf("%s is %s: %s", app, step.Status, step.Message)
		}
		if to, preview := s.leads(t, app), s.leads(t, app+"-preview"); to != "blue" || preview != "green" {
			t.Errorf("%s leads to %s, its preview to %s", app, to, preview)
		}
	}
}

func TestEndpointsThatDoNotFollowAreNamed(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]bool{"moved": true, "changed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.sideBySide(t, "web")
			s.lagging(t, "web", "web", planner.Blue)
			plan, opts := s.switchPlan(t, "web")
			if c := &plan.Changes[0]; !move { // as when the strategy of a rollout changes
				c.Move, c.Diff, plan.Release.Switch = nil, []planner.FieldDiff{{Path: "spec.selector"}}, ""
			}
			opts.Timeout = 5 * time.Second
			out := s.run(t.Context(), plan, opts, nil)
			var left *applier.NotFollowedError
			if err := out.step(t, "Service", "web").Err; !errors.As(err, &left) || len(left.Left) != 1 || !strings.HasPrefix(left.Left[0], "web-blue-") {
				t.Errorf("%v; want the pod named", err)
			}
			if step := out.step(t, "Service", "web-preview"); step.Status != applier.Skipped {
				t.Errorf("the preview's step is %s", step.Status)
			}
		})
	}
}
