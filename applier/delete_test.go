package applier_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"stowage/applier"
	"stowage/internal/kube"
	"stowage/planner"
)

var claims = schema.GroupVersionKind{Version: "v1", Kind: "PersistentVolumeClaim"}

// deletions is a cluster that notes which object each delete is bound to.
type deletions struct {
	*kube.Client
	mu    sync.Mutex
	bound map[string]types.UID // by kind and name
}

func (d *deletions) Delete(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string, uid types.UID, propagation metav1.DeletionPropagation,
) error {
	d.mu.Lock()
	d.bound[kind.Kind+" "+name] = uid
	d.mu.Unlock()
	return d.Client.Delete(ctx, kind, namespace, name, uid, propagation)
}

// uids returns the uids of a namespace's objects of a kind.
func (s *site) uids(t *testing.T, kind schema.GroupVersionKind) map[string]types.UID {
	t.Helper()
	objects, err := s.List(t.Context(), kind, s.namespace, "")
	if err != nil {
		t.Fatal(err)
	}
	uids := map[string]types.UID{}
	for _, u := range objects {
		uids[kind.Kind+" "+u.GetName()] = u.GetUID()
	}
	return uids
}

func TestS33AReplacedStatefulSetFindsItsClaimsAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, petclinic)
	data, sets := s.uids(t, claims), s.uids(t, statefulSets)
	if len(data) != 1 || len(sets) != 1 {
		t.Fatalf("%d claims of %d StatefulSets", len(data), len(sets))
	}

	plan, opts := s.replanned(t, petclinic, func(o planner.Object) {
		if o.ID.Kind == "StatefulSet" {
			_ = unstructured.SetNestedField(o.Manifest.Object, "another", "spec", "serviceName")
		}
	})
	noting := &deletions{Client: s.Client, bound: map[string]types.UID{}}
	result, err := applier.Run(t.Context(), noting, s.store, plan, opts)
	if err != nil {
		t.Fatal(err)
	}
	out := outcome{Result: result}
	if step := out.step(t, "StatefulSet", "mysql"); step.Action != planner.Replace {
		t.Fatalf("StatefulSet mysql: %s", step.Action)
	}
	if got := noting.bound["StatefulSet mysql"]; len(noting.bound) != 1 || got != sets["StatefulSet mysql"] {
		t.Errorf("deleted: %v, want the StatefulSet by its uid and nothing else", noting.bound)
	}
	if s.uids(t, statefulSets)["StatefulSet mysql"] == sets["StatefulSet mysql"] {
		t.Error("it is still the same StatefulSet")
	}
	if now := s.uids(t, claims); len(now) != 1 || now["PersistentVolumeClaim var-lib-mysql-mysql-0"] != data["PersistentVolumeClaim var-lib-mysql-mysql-0"] {
		t.Errorf("claims %v, before %v", now, data)
	}
}

// replanned plans a configuration the rendered objects of which are changed in
// ways that the language has no word for.
func (s *site) replanned(t *testing.T, config string, change func(planner.Object)) (*planner.Plan, applier.Options) {
	t.Helper()
	record, key, err := s.store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	prior, err := applier.PriorOf(record)
	if err != nil {
		t.Fatal(err)
	}
	objects, graph := s.render(t, config, key)
	for _, o := range objects {
		change(o)
	}
	plan, err := planner.Make(t.Context(), planner.Input{
		Release: "shop", Namespace: s.namespace, HistoryLimit: 3, Objects: objects, Graph: graph, Prior: prior,
	}, s.Client)
	if err != nil {
		t.Fatal(err)
	}
	return plan, applier.Options{Prior: record, Who: "tester@test", Timeout: time.Minute}
}

func TestS33EveryDeleteIsBoundToTheObjectThatWasPlannedFor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, petclinic)
	want := map[string]types.UID{}
	for _, item := range s.record(t).Inventory {
		if item.Kind != "Namespace" {
			want[item.Kind+" "+item.Name] = item.UID
		}
	}
	plan, opts := s.plan(t, destroy)
	noting := &deletions{Client: s.Client, bound: map[string]types.UID{}}
	if _, err := applier.Run(t.Context(), noting, s.store, plan, opts); err != nil {
		t.Fatal(err)
	}
	for object, uid := range want {
		if noting.bound[object] != uid || uid == "" {
			t.Errorf("%s: deleted by uid %q, want %q", object, noting.bound[object], uid)
		}
	}
}

func TestS33AReplacementOfWhatWasMadeAnewIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx", ""))
	plan, opts := s.plan(t, web("nginx", "  service { headless = true }"))
	old := s.get(t, services, "web")
	if err := s.Delete(t.Context(), services, s.namespace, "web", old.GetUID(), ""); err != nil {
		t.Fatal(err)
	}
	anew := old.DeepCopy()
	for _, field := range []string{"uid", "resourceVersion", "managedFields"} {
		unstructured.RemoveNestedField(anew.Object, "metadata", field)
	}
	created, err := s.Create(t.Context(), anew)
	if err != nil {
		t.Fatal(err)
	}
	out := s.run(t.Context(), plan, opts, nil)
	if out.err == nil || !strings.Contains(out.err.Error(), "made anew") {
		t.Errorf("got %v", out.err)
	}
	if got := s.get(t, services, "web").GetUID(); got != created.GetUID() {
		t.Error("somebody else's Service was replaced")
	}
}

func TestS38DestroyNamesTheFinalizerThatBlocks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, web("nginx", ""))
	s.as(t, "other-tool", `{"metadata":{"finalizers":["example.com/hold"]}}`)
	plan, opts := s.plan(t, destroy)
	var began, named time.Time
	out := s.run(t.Context(), plan, opts, func(e applier.Event) {
		if e.ID.Kind != "Deployment" {
			return
		}
		switch {
		case e.Type == applier.StepStarted:
			began = e.Time
		case e.Type == applier.StepWaiting && strings.Contains(e.Message, "example.com/hold") && named.IsZero():
			named = e.Time
			s.as(t, "other-tool", `{"metadata":{"finalizers":null}}`)
		}
	})
	if out.err != nil {
		t.Fatal(out.err)
	}
	if named.IsZero() || named.Sub(began) > 30*time.Second {
		t.Errorf("the delete began at %s, and its finalizer was named at %s", began, named)
	}
	if !slices.ContainsFunc(out.Steps, func(step applier.Step) bool { return step.ID.Kind == "Deployment" && step.Status == applier.Done }) {
		t.Errorf("steps: %+v", out.Steps)
	}
}
