package applier_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/internal/testcluster"
	"stowage/planner"
)

// colored returns an app of two colors with two pods and what its rollout has beside that.
func colored(name, image, rollout string) string {
	return `
app "` + name + `" {
  image    = "` + image + `"
  replicas = 2
  port "http" { number = 80 }
  rollout {
    strategy = "blue-green"
` + rollout + `
  }
}
`
}

// planSwitch plans to move versions of what was applied.
func (s *site) planSwitch(t *testing.T, request planner.Switch) (*planner.Plan, applier.Options) {
	t.Helper()
	record := s.record(t)
	prior, err := applier.PriorOf(record)
	if err != nil {
		t.Fatal(err)
	}
	if request.From, err = applier.RecordingOf(record); err != nil {
		t.Fatal(err)
	}
	plan, err := planner.Make(t.Context(), planner.Input{
		Release: "shop", Namespace: s.namespace, HistoryLimit: 10, Prior: prior, Switch: &request,
	}, s.Client)
	if err != nil {
		t.Fatal(err)
	}
	return plan, applier.Options{Prior: record, Who: "tester@test", Timeout: time.Minute}
}

// forward switches apps to what was deployed last.
func forward(apps ...string) planner.Switch {
	return planner.Switch{Operation: planner.SwitchForward, Apps: apps}
}

// checkLeads expects Services to lead to a color, and their previews to the other one.
func (s *site) checkLeads(t *testing.T, color planner.Color, apps ...string) {
	t.Helper()
	for _, app := range apps {
		if to, preview := s.leads(t, app), s.leads(t, app+"-preview"); to != string(color) || preview != string(color.Other()) {
			t.Errorf("%s leads to %s, its preview to %s; want %s", app, to, preview, color)
		}
	}
}

// checkHistory expects the statuses of the revisions, newest first.
func (s *site) checkHistory(t *testing.T, want ...release.Status) {
	t.Helper()
	history, err := s.store.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var statuses []release.Status
	for i := range history {
		statuses = append(statuses, history[i].Status)
	}
	if !slices.Equal(statuses, want) {
		t.Errorf("recorded as %v, want %v", statuses, want)
	}
}

const failsAfter = `    check "smoke" { image = "simulate.local/fail-if:STOWAGE_PHASE.after" }`

func TestS43ACheckThatFailsAfterTheSwitchMovesAllAppsBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, colored("cart", "nginx:1", "")+colored("web", "nginx:1", failsAfter))
	second := colored("cart", "nginx:2", "") + colored("web", "nginx:2", failsAfter)
	s.mustApply(t, second)
	plan, opts := s.planSwitch(t, forward("cart", "web"))
	out := s.run(t.Context(), plan, opts, nil)
	back := out.Rollback
	if out.err == nil || back == nil || back.Err != nil || back.To != 2 || len(back.Moves) != 2 || out.Revision != 4 {
		t.Fatalf("%v; rollback %+v, revision %d", out.err, back, out.Revision)
	}
	if evidence := notReady(t, out.step(t, "Job", "web-smoke-after")).Evidence; len(evidence.Logs) == 0 {
		t.Errorf("evidence %+v; want the log", evidence)
	}
	s.checkLeads(t, planner.Blue, "cart", "web")
	s.checkHistory(t, release.Deployed, release.RolledBack, release.Superseded, release.Superseded)
	if record := s.record(t); record.Switch != string(planner.SwitchBack) || !slices.Equal(record.SwitchApps, []string{"cart", "web"}) || record.RollbackTo != 2 {
		t.Errorf("recorded as %+v", record.Summary)
	}
	begun := slices.ContainsFunc(out.events, func(e applier.Event) bool { return e.Type == applier.RollbackBegun && e.Plan == back.Plan })
	if !begun {
		t.Error("the way back is not told of")
	}
	s.checkFree(t)
	if plan, _ := s.plan(t, second); !plan.Empty() {
		t.Errorf("the next plan is not empty: %+v", plan.Changes)
	}
}

// lagging adds an EndpointSlice by hand that has a Service lead to a pod of a color for ever.
func (s *site) lagging(t *testing.T, app, service string, color planner.Color) {
	t.Helper()
	var pod, uid string
	s.await(t, podsKind, "a pod", func(u *unstructured.Unstructured) bool {
		pod, uid = u.GetName(), string(u.GetUID())
		return strings.HasPrefix(pod, app+"-"+string(color)+"-")
	})
	s.stand(t, &unstructured.Unstructured{Object: object{
		"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
		"metadata": object{"name": service + "-by-hand", "namespace": s.namespace, "labels": object{
			planner.LabelApp: app, planner.LabelRelease: "shop",
			"kubernetes.io/service-name": service, "endpointslice.kubernetes.io/managed-by": "hand",
		}},
		"endpoints": []any{object{"addresses": []any{"10.1.2.3"}, "targetRef": object{"kind": "Pod", "name": pod, "uid": uid}}},
		"ports":     []any{object{"name": "http", "port": int64(80)}},
	}})
}

func TestS43TrafficWhoseEndpointsDoNotFollowGoesBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, colored("cart", "nginx:1", "")+colored("web", "nginx:1", ""))
	s.mustApply(t, colored("cart", "nginx:2", "")+colored("web", "nginx:2", ""))
	s.lagging(t, "web", "web", planner.Blue)
	plan, opts := s.planSwitch(t, forward("cart", "web"))
	opts.Timeout = 10 * time.Second
	out := s.run(t.Context(), plan, opts, nil)
	if out.Rollback == nil || out.Rollback.Err != nil || out.Revision != 4 {
		t.Fatalf("%v; rollback %+v", out.err, out.Rollback)
	}
	var left *applier.NotFollowedError
	if err := out.step(t, "Service", "web").Err; !errors.As(err, &left) || len(left.Left) != 1 || !strings.HasPrefix(left.Left[0], "web-blue-") {
		t.Errorf("%v; want the pod named", err)
	}
	s.checkLeads(t, planner.Blue, "cart", "web")
	s.checkHistory(t, release.Deployed, release.RolledBack, release.Superseded, release.Superseded)
}

func TestS43AnInterruptBeforeTheLastCheckHasEndedMovesTheTrafficBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	check := `    check "smoke" { image = "simulate.local/slow-job:3s" }`
	s.mustApply(t, colored("web", "nginx:1", check))
	s.mustApply(t, colored("web", "nginx:2", check))
	plan, opts := s.planSwitch(t, forward("web"))
	ctx, interrupt := context.WithCancel(t.Context())
	out := s.run(ctx, plan, opts, func(e applier.Event) {
		if e.Type == applier.StepStarted && strings.HasPrefix(e.ID.Name, "web-smoke-after") {
			interrupt()
		}
	})
	if !out.Interrupted || out.Rollback == nil || out.Rollback.Err != nil {
		t.Fatalf("%v; rollback %+v", out.err, out.Rollback)
	}
	s.checkLeads(t, planner.Blue, "web")
	s.checkHistory(t, release.Deployed, release.RolledBack, release.Superseded, release.Superseded)
	s.checkFree(t)
}

func TestAnInterruptOfWhatFollowsAConfirmedSwitchLeavesTheTrafficThere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, colored("web", "nginx:1", "    keep_previous = 0"))
	s.mustApply(t, colored("web", "nginx:2", "    keep_previous = 0"))
	request := forward("web")
	request.Drain = time.Hour
	plan, opts := s.planSwitch(t, request)
	ctx, interrupt := context.WithCancel(t.Context())
	out := s.run(ctx, plan, opts, func(e applier.Event) {
		if e.Type == applier.StepWaiting && strings.HasPrefix(e.Message, "requests under way") {
			interrupt()
		}
	})
	if !out.Interrupted || out.Rollback != nil || out.Record != release.Failed {
		t.Fatalf("%v; rollback %+v, recorded as %s", out.err, out.Rollback, out.Record)
	}
	s.checkLeads(t, planner.Green, "web")

	plan, opts = s.planSwitch(t, forward("web")) // ends what was begun
	if out := s.run(t.Context(), plan, opts, nil); out.err != nil || out.Record != release.Deployed {
		t.Errorf("%v; recorded as %s", out.err, out.Record)
	}
	if pods, _, _ := unstructured.NestedInt64(s.get(t, deployments, "web-blue").Object, "spec", "replicas"); pods != 0 {
		t.Errorf("blue still has %d pods", pods)
	}
}

func TestASwitchThatHasLostItsLockMovesNothingBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	check := `    check "smoke" { image = "simulate.local/slow-job:30s" }`
	s.mustApply(t, colored("web", "nginx:1", ""))
	s.mustApply(t, colored("web", "nginx:2", ""))
	s.mustApply(t, colored("web", "nginx:2", check))
	plan, opts := s.planSwitch(t, forward("web"))
	plan.Changes = slices.DeleteFunc(plan.Changes, func(c planner.Change) bool { return strings.Contains(c.ID.Name, "-before-") })
	opts.Lock.TTL = 3 * time.Second
	out := s.run(t.Context(), plan, opts, func(e applier.Event) {
		if e.Type == applier.StepWaiting && strings.HasPrefix(e.ID.Name, "web-smoke-after") {
			if _, err := s.store.Unlock(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		}
	})
	if !errors.Is(out.err, applier.ErrLockLost) || out.Rollback != nil {
		t.Errorf("%v; rollback %+v", out.err, out.Rollback)
	}
	if to := s.leads(t, "web"); to != "green" {
		t.Errorf("web leads to %s", to)
	}
}

func TestASwitchMendsNoFailureBeforeIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, colored("web", "nginx:1", ""))
	s.mustApply(t, colored("web", "nginx:2", ""))
	broken := colored("web", "nginx:2", "") + `app "bad" { image = "simulate.local/image-pull-error" }`
	if out := s.apply(t, broken); out.Record != release.Failed {
		t.Fatalf("recorded as %s", out.Record)
	}
	plan, opts := s.planSwitch(t, forward("web"))
	out := s.run(t.Context(), plan, opts, nil)
	record := s.record(t)
	if out.err != nil || out.Record != release.Failed || record.Status != release.Failed ||
		!slices.Equal(record.Messages, []string{"what revision 3 was to do is still not all done; apply does it"}) {
		t.Fatalf("%v; recorded as %s: %q", out.err, record.Status, record.Messages)
	}
	if healthy, _, err := s.store.LastHealthy(t.Context(), 5); err != nil || healthy.Revision != 2 {
		t.Errorf("the last healthy revision is %+v, %v", healthy, err)
	}
	s.checkLeads(t, planner.Green, "web")
	mended := colored("web", "nginx:2", "") + `app "bad" { image = "nginx" }`
	if out := s.mustApply(t, mended); out.Record != release.Deployed {
		t.Errorf("recorded as %s", out.Record)
	}
	s.checkLeads(t, planner.Green, "web")
}

func TestSwitchesThatFailedAreMadeUpForByOneThatDoesNot(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, colored("cart", "nginx:1", "")+colored("web", "nginx:1", failsAfter))
	s.mustApply(t, colored("cart", "nginx:2", "")+colored("web", "nginx:2", failsAfter))
	s.proxy.Intercept(func(r testcluster.Request) testcluster.Action {
		if r.Verb == "apply" && strings.HasSuffix(r.Path, "/services/web") && !r.DryRun {
			return testcluster.Fail(metav1.Status{Code: 403, Reason: metav1.StatusReasonForbidden, Message: "not you"})
		}
		return nil
	})
	plan, opts := s.planSwitch(t, forward("web"))
	s.run(t.Context(), plan, opts, nil) // 3: nothing is moved
	s.proxy.Intercept(nil)
	plan, opts = s.planSwitch(t, forward("cart"))
	if out := s.run(t.Context(), plan, opts, nil); out.Record != release.Failed { // 4: not the app of 3
		t.Errorf("recorded as %s", out.Record)
	}
	want := []string{"the switch of web is still not all done; switch, or apply, does it"}
	if got := s.record(t).Messages; !slices.Equal(got, want) {
		t.Errorf("messages %q, want %q", got, want)
	}
	plan, opts = s.planSwitch(t, forward("web"))
	s.run(t.Context(), plan, opts, nil) // 5: is moved, and back by 6
	if record := s.record(t); record.Revision != 6 || record.Status != release.Deployed || record.Undone != nil {
		t.Errorf("revision %d is recorded as %s, undone %+v", record.Revision, record.Status, record.Undone)
	}
	s.checkHistory(t, release.Deployed, release.Failed, release.Failed, release.Failed, release.Superseded, release.Superseded)
}

func TestS42SwitchingBackTakesAFixedNumberOfRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, colored("cart", "nginx:1", "")+colored("web", "nginx:1", ""))
	s.mustApply(t, colored("cart", "nginx:2", "")+colored("web", "nginx:2", ""))
	for _, operation := range []planner.Operation{planner.SwitchForward, planner.SwitchBack} {
		plan, opts := s.planSwitch(t, planner.Switch{Operation: operation, Apps: []string{"cart", "web"}})
		s.proxy.Reset()
		if out := s.run(t.Context(), plan, opts, nil); out.err != nil {
			t.Fatal(out.err)
		}
		s.checkRequests(t)
		if writes := s.toServices(); len(writes) != 6 { // of each app: park, move, show the other color
			t.Errorf("written: %v", writes)
		}
		others := slices.DeleteFunc(s.proxy.Writes(), func(r testcluster.Request) bool {
			return strings.Contains(r.Path, "/services/") || strings.Contains(r.Path, "/secrets") || strings.Contains(r.Path, "/leases")
		})
		if len(others) > 0 {
			t.Errorf("also written: %v", others)
		}
	}
	s.checkLeads(t, planner.Blue, "cart", "web")
}
