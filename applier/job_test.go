package applier_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/internal/testcluster"
	"stowage/planner"
)

var jobs = schema.GroupVersionKind{Group: "batch", Version: "v1", Kind: "Job"}

// job returns a Job that checks the app "web".
func (s *site) job(name, image string) *unstructured.Unstructured {
	labels := object{planner.LabelApp: "web", planner.LabelRelease: "shop", planner.LabelCheck: "smoke"}
	return &unstructured.Unstructured{Object: object{
		"apiVersion": "batch/v1", "kind": "Job",
		"metadata": object{"name": name, "namespace": s.namespace, "labels": labels},
		"spec": object{"backoffLimit": int64(0), "activeDeadlineSeconds": int64(60), "template": object{
			"metadata": object{"labels": labels},
			"spec": object{"restartPolicy": "Never", "containers": []any{object{
				"name": "smoke", "image": image, "resources": object{"requests": object{"cpu": "10m"}},
			}}},
		}},
	}}
}

// jobPlan makes a namespace, if there is none, and runs a Job in it, and then changes what
// needs that.
func (s *site) jobPlan(image string) (*planner.Plan, applier.Options) {
	home := &unstructured.Unstructured{Object: object{"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": s.namespace}}}
	job := s.job("web-smoke-before-1", image)
	after := s.service("web", "web", "green")
	return &planner.Plan{
		Release: planner.ReleaseInfo{Name: "shop", Namespace: s.namespace, ToRevision: 1, HistoryLimit: 3},
		Changes: []planner.Change{
			{ID: planner.IDOf(home), Action: planner.Create, Role: planner.RoleNamespace, Object: home},
			{
				ID: planner.IDOf(job), Action: planner.Run, Role: planner.RoleCheck, Object: job, Address: "app.web",
				Needs: []planner.Need{{ID: planner.IDOf(home), Gate: planner.Applied}},
			},
			{
				ID: planner.IDOf(after), Action: planner.Create, Role: planner.RoleService, Object: after, Address: "app.web",
				Needs: []planner.Need{{ID: planner.IDOf(job), Gate: planner.Ready}},
			},
		},
	}, applier.Options{Timeout: time.Minute}
}

// checkNoJob expects the Job to be gone, or to be going.
func (s *site) checkNoJob(t *testing.T) {
	t.Helper()
	job, err := s.Get(context.WithoutCancel(t.Context()), jobs, s.namespace, "web-smoke-before-1")
	if !apierrors.IsNotFound(err) && (err != nil || job.GetDeletionTimestamp() == nil) {
		t.Errorf("the Job is still there: %v", err)
	}
}

func TestAJobIsRunAndItsLogTold(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plan, opts := s.jobPlan("simulate.local/slow-job:1s")
	opts.NoWait = true // means other things
	out := s.run(t.Context(), plan, opts, nil)
	if out.err != nil {
		t.Fatal(out.err)
	}
	step := out.step(t, "Job", "web")
	told := slices.ContainsFunc(out.events, func(e applier.Event) bool {
		return e.Type == applier.StepDone && e.ID.Kind == "Job" && slices.Equal(e.Logs, step.Logs)
	})
	if len(step.Logs) == 0 || !told {
		t.Errorf("the step's log is %q; told: %t", step.Logs, told)
	}
	s.checkNoJob(t)
	record := s.record(t)
	objects, err := record.Objects()
	if err != nil {
		t.Fatal(err)
	}
	if len(record.Inventory) != 2 || len(objects) != 2 {
		t.Errorf("recorded: %d objects, %d in the inventory, want the namespace and the Service", len(objects), len(record.Inventory))
	}
	if c := record.Changes[1]; c.Kind != "Job" || c.Action != "run" || c.Status != "done" {
		t.Errorf("the record's change is %+v", c)
	}
}

func TestAJobThatFailsSaysWhyAndWhatNeedsItIsNotMade(t *testing.T) {
	t.Parallel()
	for image, reason := range map[string]string{
		"simulate.local/exit:3":           "Error",
		"simulate.local/image-pull-error": "ImagePullBackOff",
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			plan, opts := s.jobPlan(image)
			out := s.run(t.Context(), plan, opts, nil)
			e := notReady(t, out.step(t, "Job", "web")).Evidence
			if e.Reason != reason || e.Pod == "" || e.Container != "smoke" || e.App != "web" {
				t.Errorf("evidence %+v", e)
			}
			if reason == "Error" && (e.ExitCode == nil || *e.ExitCode != 3 || len(e.Logs) == 0) {
				t.Errorf("evidence %+v; want the exit code and the log", e)
			}
			if step := out.step(t, "Service", "web"); step.Status != applier.Skipped || step.Message != "Job web-smoke-before-1 failed" {
				t.Errorf("the Service is %s: %s", step.Status, step.Message)
			}
			if c := s.record(t).Changes[1]; c.Evidence == nil || c.Evidence.Reason != reason {
				t.Errorf("the record's change is %+v", c)
			}
			s.checkNoJob(t)
		})
	}
}

func TestAJobThatTakesTooLongHasItsLogTold(t *testing.T) {
	t.Parallel()
	for deadline, want := range map[int64]string{1: "DeadlineExceeded", 60: "not ready after 3s"} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			plan, opts := s.jobPlan("simulate.local/slow-job:60s")
			plan.Changes[1].Timeout = 3 * time.Second
			if err := unstructured.SetNestedField(plan.Changes[1].Object.Object, deadline, "spec", "activeDeadlineSeconds"); err != nil {
				t.Fatal(err)
			}
			out := s.run(t.Context(), plan, opts, nil)
			err := notReady(t, out.step(t, "Job", "web"))
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
			// What its own deadline ends, it also deletes.
			if err.TimedOut > 0 && (err.Evidence.Pod == "" || len(err.Evidence.Logs) == 0) {
				t.Errorf("evidence %+v, want the log", err.Evidence)
			}
			s.checkNoJob(t)
		})
	}
}

func TestAnInterruptTakesTheJobAway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plan, opts := s.jobPlan("simulate.local/slow-job:60s")
	ctx, interrupt := context.WithCancel(t.Context())
	out := s.run(ctx, plan, opts, func(e applier.Event) {
		if e.Type == applier.StepWaiting && strings.Contains(e.Message, "1 running") {
			interrupt()
		}
	})
	if !out.Interrupted || out.Record != release.Failed {
		t.Errorf("interrupted %t, recorded as %s", out.Interrupted, out.Record)
	}
	s.checkNoJob(t)
}

func TestS39TheLogOfAJobQuotesNoSecret(t *testing.T) {
	t.Parallel()
	const canary = "cAnArY-0f-a-secret"
	for image := range map[string]bool{"nginx": true, "simulate.local/exit:1": false} {
		t.Run(image, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			plan, opts := s.jobPlan(image)
			secret := &unstructured.Unstructured{Object: object{
				"apiVersion": "v1", "kind": "Secret", "metadata": object{"name": "token", "namespace": s.namespace},
				"data": object{"token": base64.StdEncoding.EncodeToString([]byte(canary))},
			}}
			plan.Changes = append(plan.Changes, planner.Change{
				ID: planner.IDOf(secret), Action: planner.Create, Role: planner.RoleData, Object: secret,
				Needs: []planner.Need{{ID: plan.Changes[0].ID, Gate: planner.Applied}},
			})
			s.proxy.Intercept(func(r testcluster.Request) testcluster.Action {
				if strings.HasSuffix(r.Path, "/log") {
					return testcluster.Answer(http.StatusOK, nil, "the token is "+canary+"\n")
				}
				return nil
			})
			out := s.run(t.Context(), plan, opts, nil)
			step := out.step(t, "Job", "web")
			lines := step.Logs
			if step.Err != nil {
				lines = notReady(t, step).Evidence.Logs
			}
			if want := []string{"the token is (sensitive value)"}; !slices.Equal(lines, want) {
				t.Errorf("got %q, want %q", lines, want)
			}
		})
	}
}

func TestADelayPassesBeforeTheWriteAndEndsWithTheRun(t *testing.T) {
	t.Parallel()
	for name, interrupted := range map[string]bool{"passes": false, "interrupted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			plan, opts := s.jobPlan("nginx")
			plan.Changes[2].Delay = time.Second
			if interrupted {
				plan.Changes[2].Delay = time.Hour
			}
			ctx, interrupt := context.WithCancel(t.Context())
			began := time.Time{}
			out := s.run(ctx, plan, opts, func(e applier.Event) {
				if e.Type == applier.StepWaiting && strings.HasPrefix(e.Message, "requests under way end: 1") {
					began = time.Now()
					if interrupted {
						interrupt()
					}
				}
			})
			step, took := out.step(t, "Service", "web"), time.Since(began)
			_, err := s.Get(t.Context(), services, s.namespace, "web")
			switch {
			case interrupted && (!apierrors.IsNotFound(err) || !errors.Is(step.Err, applier.ErrInterrupted)):
				t.Errorf("the Service: %v; the step: %v", err, step.Err)
			case !interrupted && (err != nil || took < time.Second):
				t.Errorf("the Service: %v, made %s after the delay began", err, took)
			}
		})
	}
}
