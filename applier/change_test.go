package applier_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/planner"
)

// as changes the Deployment "web" like another client would.
func (s *site) as(t *testing.T, manager, patch string) {
	t.Helper()
	_, err := s.cluster.Client.AppsV1().Deployments(s.namespace).Patch(
		t.Context(), "web", types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: manager})
	if err != nil {
		t.Fatal(err)
	}
}

func image(u *unstructured.Unstructured) string {
	containers, _, _ := unstructured.NestedSlice(u.Object, "spec", "template", "spec", "containers")
	text, _, _ := unstructured.NestedString(containers[0].(map[string]any), "image")
	return text
}

const imagePatch = `{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"theirs"}]}}}}`

// changed returns how the Deployment "web" has changed since the plan.
func changed(t *testing.T, out outcome) *applier.ChangedError {
	t.Helper()
	e := objectErrors(t, out.err)["Deployment web"]
	var err *applier.ChangedError
	if !errors.As(e, &err) || e.Hint == "" {
		t.Fatalf("want a change since the plan, with a hint, got %v", out.err)
	}
	return err
}

func TestAWriteSinceThePlanIsNotOverwritten(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", ""))
	plan, opts := s.plan(t, web("nginx:2", ""))
	s.as(t, "other-tool", imagePatch)

	out := s.run(t.Context(), plan, opts, nil)
	want := applier.FieldOwner{Field: "spec.template.spec.containers[web].image", Manager: "other-tool"}
	if e := objectErrors(t, out.err)["Deployment web"]; e.Origin.Line != 2 || e.Action != planner.Update {
		t.Errorf("the error is about line %d, %s; want line 2, update", e.Origin.Line, e.Action)
	}
	if err := changed(t, out); !slices.Equal(err.Fields, []applier.FieldOwner{want}) {
		t.Errorf("got %v, want %v", err, want)
	}
	if got := image(s.get(t, deployments, "web")); got != "theirs" {
		t.Errorf("image %s: overwritten", got)
	}
}

func TestDriftThatThePlanShowedIsTakenBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", ""))
	s.as(t, "other-tool", imagePatch)
	s.mustApply(t, web("nginx:1", ""))
	if got := image(s.get(t, deployments, "web")); got != "nginx:1" {
		t.Errorf("image %s, want it taken back", got)
	}
}

func TestMoreDriftThanThePlanShowedIsNotOverwritten(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", ""))
	s.as(t, "other-tool", imagePatch)
	plan, opts := s.plan(t, web("nginx:1", ""))
	if len(plan.Changes) == 0 || plan.Empty() {
		t.Fatal("the plan shows no drift")
	}
	s.as(t, "third-tool", `{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"another"}]}}}}`)
	_ = changed(t, s.run(t.Context(), plan, opts, nil)) // or the test fails
	if got := image(s.get(t, deployments, "web")); got != "another" {
		t.Errorf("image %s: overwritten", got)
	}
}

func TestDriftIsTakenBackThoughTheStatusHasMovedOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", ""))
	s.as(t, "other-tool", imagePatch)
	plan, opts := s.plan(t, web("nginx:1", ""))
	s.as(t, "third-tool", `{"metadata":{"annotations":{"third.tool/note":"not ours"}}}`)
	if out := s.run(t.Context(), plan, opts, nil); out.err != nil {
		t.Fatal(out.err)
	}
	live := s.get(t, deployments, "web")
	if image(live) != "nginx:1" || live.GetAnnotations()["third.tool/note"] == "" {
		t.Errorf("image %s, annotations %v; want ours back and theirs left alone", image(live), live.GetAnnotations())
	}
}

func TestWhatVanishedSinceThePlanIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", ""))
	plan, opts := s.plan(t, web("nginx:2", ""))
	live := s.get(t, deployments, "web")
	if err := s.Delete(t.Context(), deployments, s.namespace, "web", live.GetUID(), metav1.DeletePropagationBackground); err != nil {
		t.Fatal(err)
	}
	if err := changed(t, s.run(t.Context(), plan, opts, nil)); err.What != "was deleted" {
		t.Errorf("got %v", err)
	}
}

func TestS35WhatWasMadeAnewIsNotDeleted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", "")+`app "other" { image = "nginx" }`)
	plan, opts := s.plan(t, `app "other" { image = "nginx" }`)
	if plan.Count(planner.Delete) != 2 {
		t.Fatalf("%d deletes are planned, want the Deployment and the Service", plan.Count(planner.Delete))
	}
	old := s.get(t, deployments, "web")
	if err := s.Delete(t.Context(), deployments, s.namespace, "web", old.GetUID(), metav1.DeletePropagationBackground); err != nil {
		t.Fatal(err)
	}
	anew := old.DeepCopy()
	anew.SetUID("")
	anew.SetResourceVersion("")
	anew.SetManagedFields(nil)
	if _, err := s.Create(t.Context(), anew); err != nil {
		t.Fatal(err)
	}
	if err := changed(t, s.run(t.Context(), plan, opts, nil)); !strings.Contains(err.What, "made anew") {
		t.Errorf("got %v", err)
	}
	s.get(t, deployments, "web") // or the test fails
}

func TestWhatLeavesTheConfigurationGoesLast(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", "")+`app "old" { image = "nginx" }`)
	out := s.mustApply(t, web("nginx:2", ""))
	if step := out.step(t, "Deployment", "old"); step.Action != planner.Delete || step.Status != applier.Done {
		t.Errorf("Deployment old: %s, %s", step.Action, step.Status)
	}
	if _, err := s.Get(t.Context(), deployments, s.namespace, "old"); !apierrors.IsNotFound(err) {
		t.Errorf("Deployment old: %v, want NotFound", err)
	}
	done := func(name string) int {
		return slices.IndexFunc(out.events, func(e applier.Event) bool {
			return e.ID.Kind == "Deployment" && e.ID.Name == name && e.Type == applier.StepDone
		})
	}
	started := slices.IndexFunc(out.events, func(e applier.Event) bool {
		return e.ID.Name == "old" && e.Type == applier.StepStarted
	})
	if done("web") < 0 || started < done("web") {
		t.Errorf("the deletion started at event %d, before web was ready at %d", started, done("web"))
	}
	if slices.ContainsFunc(s.record(t).Inventory, func(i release.Item) bool { return i.Name == "old" }) {
		t.Error("what is gone is still in the inventory")
	}
}

func TestNothingIsDeletedWhenSomethingFails(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx:1", "")+`app "old" { image = "nginx" }`)
	out := s.apply(t, web("simulate.local/image-pull-error", ""))
	if step := out.step(t, "Deployment", "old"); step.Status != applier.Skipped || step.Message != "Deployment web failed" {
		t.Errorf("Deployment old: %s, %q", step.Status, step.Message)
	}
	s.get(t, deployments, "old")
	if !slices.ContainsFunc(s.record(t).Inventory, func(i release.Item) bool { return i.Name == "old" && i.UID != "" }) {
		t.Error("what is still there is not in the inventory")
	}
}

func TestDestroyLeavesNothingButWhatIsKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, petclinic)
	out := s.mustApply(t, destroy)
	for _, kind := range []struct {
		name string
		gone bool
	}{{"Deployment", true}, {"StatefulSet", true}, {"Service", true}, {"ConfigMap", true}, {"Secret", true}} {
		if step := out.step(t, kind.name, ""); step.Action != planner.Delete || step.Status != applier.Done {
			t.Errorf("%s: %s, %s", step.ID, step.Action, step.Status)
		}
	}
	left, err := s.List(t.Context(), secrets, s.namespace, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("%d Secrets are left, the first is %s", len(left), left[0].GetName())
	}
	record, key, err := s.store.Load(t.Context())
	if err != nil || record != nil || key != nil {
		t.Errorf("left: record %v, key of %d bytes, %v", record, len(key), err)
	}
}

func TestS39ARefusalQuotesNoSecret(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const canary = "cAnArY-0f-a-secret"
	config := `
secret "shared" {
  data = { token = "` + canary + `" }
}
app "web" {
  image = "nginx"
  env   = { TOKEN = secret.shared.key.token }
}
`
	plan, opts := s.plan(t, config)
	// What no configuration can say: a Secret whose data the server quotes when it refuses it.
	for i := range plan.Changes {
		if c := &plan.Changes[i]; c.ID.Kind == "Secret" {
			broken := c.Object.DeepCopy()
			broken.Object["data"].(map[string]any)[canary+"/"] = base64.StdEncoding.EncodeToString([]byte("x"))
			broken.Object["data"].(map[string]any)["token"] = base64.StdEncoding.EncodeToString([]byte(canary))
			c.Object = broken
		}
	}
	out := s.run(t.Context(), plan, opts, nil)
	var rejected *applier.RejectedError
	if !errors.As(out.step(t, "Secret", "shared").Err, &rejected) || len(rejected.Fields) == 0 {
		t.Fatalf("want it rejected by field, got %v", out.err)
	}
	texts := []string{out.err.Error(), rejected.Message}
	for _, e := range out.events {
		texts = append(texts, e.Message)
		if e.Err != nil {
			texts = append(texts, e.Err.Error())
		}
	}
	record, err := json.Marshal(s.record(t))
	if err != nil || !strings.Contains(string(record), rejected.Fields[0].Field) {
		t.Fatalf("%v; the record does not say why: %s", err, record)
	}
	texts = append(texts, string(record))
	for _, text := range texts {
		if strings.Contains(text, canary) {
			t.Errorf("quoted: %s", text)
		}
	}
	if !strings.Contains(out.err.Error(), "(sensitive value)") {
		t.Errorf("%v: the server quoted nothing, so the test shows nothing", out.err)
	}
}

func TestS23AnInterruptIsRecordedAndTheNextApplyGoesOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plan, opts := s.plan(t, petclinic)
	ctx, interrupt := context.WithCancel(t.Context())
	out := s.run(ctx, plan, opts, func(e applier.Event) {
		if e.Type == applier.StepWaiting && e.ID.Kind == "StatefulSet" {
			interrupt()
		}
	})
	if !out.Interrupted || !errors.Is(out.err, applier.ErrInterrupted) || out.Record != release.Failed {
		t.Fatalf("interrupted %t, %v, recorded as %s", out.Interrupted, out.err, out.Record)
	}
	if step := out.step(t, "Deployment", "petclinic"); step.Status != applier.Skipped || step.Message != "interrupted" {
		t.Errorf("Deployment petclinic: %s, %q", step.Status, step.Message)
	}
	if record := s.record(t); record.Status != release.Failed || !strings.Contains(strings.Join(record.Messages, "\n"), "interrupted") {
		t.Errorf("recorded as %s: %q", record.Status, record.Messages)
	}

	out = s.mustApply(t, petclinic)
	if record := s.record(t); out.Revision != 2 || record.Status != release.Deployed || len(record.Inventory) != 7 {
		t.Errorf("revision %d, recorded as %s with %d objects", out.Revision, record.Status, len(record.Inventory))
	}
}

func TestARevisionThatBecameHealthyLaterIsRecordedAsDeployed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	config := web("simulate.local/slow-start:1s", "  replicas = 1")
	plan, opts := s.plan(t, config)
	ctx, interrupt := context.WithCancel(t.Context())
	out := s.run(ctx, plan, opts, func(e applier.Event) {
		if e.Type == applier.StepWaiting && e.ID.Kind == "Deployment" {
			interrupt()
		}
	})
	if out.Record != release.Failed {
		t.Fatalf("recorded as %s", out.Record)
	}
	// The Service was skipped, so let this run make it and be cut short as well: then there is nothing left to write.
	plan, opts = s.plan(t, config)
	opts.NoWait = true
	if out = s.run(t.Context(), plan, opts, nil); out.err != nil {
		t.Fatal(out.err)
	}
	record := s.record(t)
	record.Status, record.Messages = release.Failed, []string{"as if it had failed"}
	if err := s.store.Finish(t.Context(), record); err != nil {
		t.Fatal(err)
	}

	out = s.mustApply(t, config)
	if got := s.record(t); out.Record != release.Deployed || got.Status != release.Deployed || got.Revision != record.Revision {
		t.Errorf("recorded as revision %d, %s; want %d, deployed", got.Revision, got.Status, record.Revision)
	}
}

func TestOldRevisionsAndConfigsGo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, color := range []string{"a", "b", "c", "d", "e", "f"} {
		s.mustApply(t, web("nginx", "  config = { COLOR = \""+color+"\" }"))
	}
	history, err := s.store.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(history) != 3 || history[0].Revision != 6 {
		t.Errorf("%d revisions are left, newest %d; want 3, newest 6", len(history), history[0].Revision)
	}
	maps, err := s.List(t.Context(), configMaps, s.namespace, planner.LabelRelease+"=shop")
	if err != nil {
		t.Fatal(err)
	}
	if len(maps) != 3 {
		t.Errorf("%d versions of the config are left, want the 3 that revisions can be rolled back to", len(maps))
	}
	if plan, _ := s.plan(t, web("nginx", "  config = { COLOR = \"f\" }")); !plan.Empty() {
		t.Errorf("the next plan is not empty: %+v", plan.Changes)
	}
}

func TestAReplacedObjectIsDeletedAndMadeAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx", ""))
	before := s.get(t, services, "web")
	out := s.mustApply(t, web("nginx", "  service { headless = true }"))
	if step := out.step(t, "Service", "web"); step.Action != planner.Replace || step.Status != applier.Done {
		t.Fatalf("Service web: %s, %s; want it replaced", step.Action, step.Status)
	}
	after := s.get(t, services, "web")
	if after.GetUID() == before.GetUID() {
		t.Error("it is still the same Service")
	}
	if !slices.ContainsFunc(s.record(t).Inventory, func(i release.Item) bool { return i.UID == after.GetUID() }) {
		t.Error("the inventory does not have the new one's uid")
	}
}

func TestADeletionIsWaitedForAndItsFinalizerNamedThoughTheLabelIsGone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx", "")+`app "other" { image = "nginx" }`)
	s.as(t, "other-tool", `{"metadata":{"labels":{"`+planner.LabelRelease+`":null},"finalizers":["example.com/hold"]}}`)

	plan, opts := s.plan(t, `app "other" { image = "nginx" }`)
	held := false
	out := s.run(t.Context(), plan, opts, func(e applier.Event) {
		if e.Type == applier.StepWaiting && e.ID.Name == "web" && strings.Contains(e.Message, "example.com/hold") && !held {
			held = true
			s.as(t, "other-tool", `{"metadata":{"finalizers":null}}`)
		}
	})
	if out.err != nil {
		t.Fatal(out.err)
	}
	if !held {
		t.Error("the finalizer was not named")
	}
	if _, err := s.Get(t.Context(), deployments, s.namespace, "web"); !apierrors.IsNotFound(err) {
		t.Errorf("Deployment web: %v, want NotFound", err)
	}
}
