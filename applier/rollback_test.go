package applier_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/internal/testcluster"
	"stowage/planner"
)

const firstShop = `
secret "token" { data = { token = "first" } }
app "db" {
  image = "nginx"
  port "tcp" { number = 5432 }
}
app "web" {
  image    = "nginx:1"
  replicas = 2
  config   = { COLOR = "blue", DB = app.db.host }
  env      = { TOKEN = secret.token.key.token }
  port "http" { number = 80 }
}
`

// secondShop changes all kinds of things, drops the app db, adds another one, and
// fails.
const secondShop = `
secret "token" { data = { token = "second" } }
app "cache" {
  image = "nginx"
  port "tcp" { number = 6379 }
}
app "web" {
  image    = "simulate.local/image-pull-error"
  replicas = 3
  config   = { COLOR = "green" }
  env      = { TOKEN = secret.token.key.token, MODE = "new" }
  port "http" { number = 80 }
  port "admin" { number = 8081 }
}
`

func TestS15AFailedRunGoesBackToAllOfTheRevisionBefore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, firstShop)
	before := s.objects(t)

	plan, opts := s.plan(t, secondShop)
	opts.OnFailure = applier.RollBack
	out := s.run(t.Context(), plan, opts, nil)
	if out.err == nil || out.Rollback == nil || out.Rollback.Err != nil || out.Rollback.To != 1 || out.Revision != 3 {
		t.Fatalf("%v; rollback %+v; want revision 2 to fail and 3 to be back at 1", out.err, out.Rollback)
	}
	if d := cmp.Diff(before, s.objects(t)); d != "" {
		t.Errorf("not as it was:\n%s", d)
	}
	history, err := s.store.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var statuses []release.Status
	for _, revision := range history {
		statuses = append(statuses, revision.Status)
	}
	if want := []release.Status{release.Deployed, release.RolledBack, release.Superseded}; !slices.Equal(statuses, want) {
		t.Errorf("recorded as %v, want %v", statuses, want)
	}
	if history[0].RollbackTo != 1 {
		t.Errorf("revision 3 is recorded as going back to %d", history[0].RollbackTo)
	}
	s.checkEvidence(t, 2)
	s.checkFree(t)
	if plan, _ := s.plan(t, firstShop); !plan.Empty() {
		t.Errorf("the next plan of the first configuration is not empty: %+v", plan.Changes)
	}
}

// checkEvidence expects the record of a revision to say why it failed.
func (s *site) checkEvidence(t *testing.T, revision int) {
	t.Helper()
	failed, err := s.store.Get(t.Context(), revision)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(failed.Changes, func(c release.Change) bool { return c.Kind == "Deployment" && c.Name == "web" })
	if i < 0 || failed.Changes[i].Status != "failed" || failed.Changes[i].Evidence == nil ||
		failed.Changes[i].Evidence.Reason != "ImagePullBackOff" || failed.Changes[i].Origin.Line == 0 {
		t.Errorf("the record has no evidence of Deployment web: %+v", failed.Changes)
	}
}

// checkFree expects nobody to hold the lock.
func (s *site) checkFree(t *testing.T) {
	t.Helper()
	if holder, err := s.store.Holder(t.Context()); err != nil || holder != nil {
		t.Errorf("the lock is held by %v, %v", holder, err)
	}
}

// objects returns what the release has, without what differs each time an object
// is made or touched. Versions of configuration that only wait to be needed again
// are left out.
func (s *site) objects(t *testing.T) map[string]map[string]any {
	t.Helper()
	objects := map[string]map[string]any{}
	used := map[string]bool{}
	for _, kind := range []schema.GroupVersionKind{deployments, services, configMaps, secrets} {
		all, err := s.List(t.Context(), kind, s.namespace, planner.LabelRelease+"=shop")
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range all {
			objects[kind.Kind+" "+u.GetName()] = lasting(u)
		}
	}
	for _, item := range s.record(t).Inventory {
		if item.LastRevision == s.record(t).Revision {
			used[item.Kind+" "+item.Name] = true
		}
	}
	for name := range objects {
		if !used[name] {
			delete(objects, name)
		}
	}
	return objects
}

// lasting returns the content of an object without what the server makes of it.
func lasting(u *unstructured.Unstructured) map[string]any {
	content := u.DeepCopy().Object
	delete(content, "status")
	metadata, _ := content["metadata"].(map[string]any)
	for _, field := range []string{"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"} {
		delete(metadata, field)
	}
	unstructured.RemoveNestedField(content, "metadata", "annotations", "deployment.kubernetes.io/revision")
	if annotations := (&unstructured.Unstructured{Object: content}).GetAnnotations(); len(annotations) == 0 {
		delete(metadata, "annotations")
	}
	spec, _ := content["spec"].(map[string]any)
	delete(spec, "clusterIP")
	delete(spec, "clusterIPs")
	return content
}

func TestAFirstInstallThatFailsHasNothingToGoBackTo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plan, opts := s.plan(t, secondShop)
	opts.OnFailure = applier.RollBack
	out := s.run(t.Context(), plan, opts, nil)
	if out.Rollback == nil || !errors.Is(out.Rollback.Err, applier.ErrNoHealthyRevision) || out.Record != release.Failed {
		t.Errorf("rollback %+v, recorded as %s", out.Rollback, out.Record)
	}
	s.get(t, deployments, "web") // what was applied stays
	s.checkFree(t)
}

func TestARollbackThatFailsIsToldApart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, firstShop)
	plan, opts := s.plan(t, secondShop)
	opts.OnFailure = applier.RollBack
	out := s.run(t.Context(), plan, opts, func(e applier.Event) {
		if e.Type != applier.StepFailed {
			return
		}
		for _, item := range s.record(t).Inventory { // the way back is cut
			if item.Kind == "Secret" && item.LastRevision == 1 {
				if err := s.Delete(t.Context(), secrets, s.namespace, item.Name, item.UID, ""); err != nil && !apierrors.IsNotFound(err) {
					t.Error(err)
				}
			}
		}
	})
	if out.Rollback == nil || out.Rollback.Err == nil || out.Rollback.Result != nil || out.Record != release.Failed {
		t.Fatalf("rollback %+v, recorded as %s", out.Rollback, out.Record)
	}
	if text := out.Rollback.Err.Error(); !strings.Contains(text, "Secret token-") {
		t.Errorf("%s; want the Secret named", text)
	}
	s.checkFree(t)
}

// apart has an app that fails, one that needs it, and one that needs neither and
// is not begun before the other fails.
const apart = `
app "slow" {
  image = "simulate.local/slow-start:6s"
}
app "bad" {
  image = "simulate.local/image-pull-error"
}
app "needy" {
  image      = "nginx"
  depends_on = [app.bad]
}
app "apart" {
  image      = "nginx"
  depends_on = [app.slow]
}
`

func TestS8ThePolicyDecidesWhatIsBegunAfterAFailure(t *testing.T) {
	t.Parallel()
	for policy, want := range map[applier.Policy]applier.Status{
		applier.Stop:     applier.Skipped,
		applier.Continue: applier.Done,
	} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			plan, opts := s.plan(t, apart)
			opts.OnFailure = policy
			out := s.run(t.Context(), plan, opts, nil)
			if step := out.step(t, "Deployment", "slow"); step.Status != applier.Done {
				t.Errorf("slow was begun and is %s", step.Status)
			}
			if step := out.step(t, "Deployment", "needy"); step.Status != applier.Skipped || step.Message != "Deployment bad failed" {
				t.Errorf("needy is %s: %s", step.Status, step.Message)
			}
			if step := out.step(t, "Deployment", "apart"); step.Status != want {
				t.Errorf("apart is %s, want %s", step.Status, want)
			}
		})
	}
}

func TestARunWithoutItsLockStopsWriting(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plan, opts := s.plan(t, `
app "slow" {
  image     = "simulate.local/never-ready"
  readiness { tcp = "x" }
  port "x" { number = 1 }
}
app "next" {
  image      = "nginx"
  depends_on = [app.slow]
}
`)
	opts.Lock.TTL = 3 * time.Second
	out := s.run(t.Context(), plan, opts, func(e applier.Event) {
		if e.Type == applier.StepWaiting && e.ID.Name == "slow" {
			if _, err := s.store.Unlock(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
		}
	})
	if !errors.Is(out.err, applier.ErrLockLost) {
		t.Fatalf("%v, want it to stop without the lock", out.err)
	}
	if record := s.record(t); record.Status != release.Pending {
		t.Errorf("recorded as %s by a run that had lost the lock", record.Status)
	}
	if step := out.step(t, "Deployment", "next"); step.Status != applier.Skipped || step.Message != applier.ErrLockLost.Error() {
		t.Errorf("next is %s: %s; %v", step.Status, step.Message, out.err)
	}
}

func TestS24TheSecondOfTwoPlansIsStale(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", ""))
	first, firstOpts := s.plan(t, web("nginx:2", ""))
	second, secondOpts := s.plan(t, web("nginx:3", ""))
	if out := s.run(t.Context(), first, firstOpts, nil); out.err != nil {
		t.Fatal(out.err)
	}
	s.proxy.Reset()
	out := s.run(t.Context(), second, secondOpts, nil)
	var stale *applier.StaleError
	if !errors.As(out.err, &stale) || stale.Revision != 1 || out.Record != "" {
		t.Fatalf("%v, recorded as %q; want it to be stale", out.err, out.Record)
	}
	for _, write := range s.proxy.Writes() {
		if strings.Contains(write.Path, "/deployments/") {
			t.Errorf("it wrote: %s", write)
		}
	}
	s.checkFree(t)
}

func TestAFailureThatWroteNothingIsForgottenByTheNextApply(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", ""))
	s.proxy.Refuse(func(r testcluster.Request) int {
		if r.Verb == "apply" && !r.DryRun {
			return 403
		}
		return 0
	})
	if out := s.apply(t, web("nginx:2", "")); out.Record != release.Failed {
		t.Fatalf("recorded as %s", out.Record)
	}
	s.proxy.Intercept(nil)
	// The cluster still is what the first configuration says, but the record is not.
	out := s.mustApply(t, web("nginx:1", ""))
	if out.Revision != 3 || out.Record != release.Deployed {
		t.Errorf("revision %d, %s; want 3, deployed", out.Revision, out.Record)
	}
	if record := s.record(t); record.Revision != 3 || len(record.Inventory) == 0 || record.Inventory[0].LastRevision != 3 {
		t.Errorf("recorded: %+v", record)
	}
	s.checkFree(t)
}

func TestAFailureThatGoesOnIsGoneBackFromAsWell(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, firstShop)
	before := s.objects(t)
	broken := strings.Replace(firstShop, "nginx:1", "simulate.local/image-pull-error", 1)
	if out := s.apply(t, broken); out.Record != release.Failed || out.Rollback != nil {
		t.Fatalf("recorded as %s, rollback %v", out.Record, out.Rollback)
	}

	plan, opts := s.plan(t, broken)
	if !plan.Empty() {
		t.Fatal("there is something left to write, so the test shows nothing")
	}
	opts.OnFailure = applier.RollBack
	out := s.run(t.Context(), plan, opts, nil)
	if out.Rollback == nil || out.Rollback.Err != nil || out.Rollback.To != 1 {
		t.Fatalf("%v; rollback %+v", out.err, out.Rollback)
	}
	if d := cmp.Diff(before, s.objects(t)); d != "" {
		t.Errorf("not as it was:\n%s", d)
	}
	s.checkEvidence(t, 2)
	s.checkFree(t)
}
