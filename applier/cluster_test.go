package applier_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-multierror"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"

	"stowage/applier"
	"stowage/dsl"
	"stowage/internal/kube"
	"stowage/internal/release"
	"stowage/internal/testcluster"
	"stowage/planner"
)

var (
	deployments  = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}
	statefulSets = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "StatefulSet"}
	configMaps   = schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}
	services     = schema.GroupVersionKind{Version: "v1", Kind: "Service"}
	secrets      = schema.GroupVersionKind{Version: "v1", Kind: "Secret"}
	podsKind     = schema.GroupVersionKind{Version: "v1", Kind: "Pod"}
)

// site is a namespace of the test's own in the test cluster, where it applies
// configurations of the release "shop".
type site struct {
	*kube.Client
	cluster   *testcluster.Cluster
	proxy     *testcluster.Proxy // between the client and the API server
	namespace string
	store     *release.Store
	edit      func(o *planner.Object) // makes of a rendered object what the language has no words for; may be nil
}

// newSite gives the test a place. Its namespace does not exist yet.
func newSite(t *testing.T) *site {
	t.Helper()
	cluster := testcluster.Start(t)
	s := &site{cluster: cluster, proxy: cluster.Proxy(t), namespace: cluster.UnusedNamespace(t)}
	client, err := kube.Connect(kube.Options{Kubeconfig: s.proxy.Kubeconfig, UserAgent: "stowage/test"})
	if err != nil {
		t.Fatal(err)
	}
	s.Client = client
	s.store = release.NewStore(client, s.namespace, "shop")
	return s
}

// plan plans a configuration, which need not have a release block.
func (s *site) plan(t *testing.T, config string) (*planner.Plan, applier.Options) {
	t.Helper()
	plan, opts, err := s.tryPlan(t, config)
	if err != nil {
		t.Fatal(err)
	}
	return plan, opts
}

// tryPlan returns the error of planning.
func (s *site) tryPlan(t *testing.T, config string) (*planner.Plan, applier.Options, error) {
	t.Helper()
	record, key, err := s.store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	opts := applier.Options{Prior: record, Who: "tester@test", Timeout: time.Minute}
	if key == nil {
		key = release.NewKey()
		opts.NewKey = key
	}
	input := planner.Input{Release: "shop", Namespace: s.namespace, HistoryLimit: 3}
	if input.Prior, err = applier.PriorOf(record); err != nil {
		t.Fatal(err)
	}
	if config == destroy {
		input.Options.Destroy = true
	} else {
		input.Objects, input.Graph = s.render(t, config, key)
	}
	plan, err := planner.Make(t.Context(), input, s.Client)
	return plan, opts, err
}

// destroy is the configuration of a plan that deletes everything.
const destroy = "destroy"

func (s *site) render(t *testing.T, config string, key []byte) ([]planner.Object, *planner.Graph) {
	t.Helper()
	dir := t.TempDir()
	config += "\nrelease \"shop\" {\n  namespace = \"" + s.namespace + "\"\n  history_limit = 3\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "shop.hcl"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	module, diags := dsl.Parse(dir)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	evaluated, diags := module.Evaluate(dsl.Inputs{VersionKey: key})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	objects, err := planner.Render(evaluated)
	if err != nil {
		t.Fatal(err)
	}
	for i := range objects {
		if s.edit != nil {
			s.edit(&objects[i])
		}
	}
	graph, err := planner.NewGraph(objects)
	if err != nil {
		t.Fatal(err)
	}
	return objects, graph
}

// outcome is what a run returned and told.
type outcome struct {
	*applier.Result
	err    error
	events []applier.Event
}

// run applies a plan. on is called at each event; it may be nil.
func (s *site) run(ctx context.Context, plan *planner.Plan, opts applier.Options, on func(applier.Event)) outcome {
	var out outcome
	opts.OnEvent = func(e applier.Event) {
		out.events = append(out.events, e)
		if on != nil {
			on(e)
		}
	}
	out.Result, out.err = applier.Run(ctx, s.Client, s.store, plan, opts)
	return out
}

func (s *site) apply(t *testing.T, config string) outcome {
	t.Helper()
	plan, opts := s.plan(t, config)
	return s.run(t.Context(), plan, opts, nil)
}

func (s *site) mustApply(t *testing.T, config string) outcome {
	t.Helper()
	out := s.apply(t, config)
	if out.err != nil {
		t.Fatal(out.err)
	}
	return out
}

func (s *site) record(t *testing.T) *release.Record {
	t.Helper()
	record, err := s.store.Latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return record
}

func (s *site) get(t *testing.T, kind schema.GroupVersionKind, name string) *unstructured.Unstructured {
	t.Helper()
	object, err := s.Get(t.Context(), kind, s.namespace, name)
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// step returns the step of an object by kind and name or prefix of the name.
func (o *outcome) step(t *testing.T, kind, prefix string) applier.Step {
	t.Helper()
	i := slices.IndexFunc(o.Steps, func(s applier.Step) bool { return s.ID.Kind == kind && strings.HasPrefix(s.ID.Name, prefix) })
	if i < 0 {
		t.Fatalf("no step for %s %s", kind, prefix)
	}
	return o.Steps[i]
}

// notReady returns why a step's object did not become ready.
func notReady(t *testing.T, s applier.Step) *applier.NotReadyError {
	t.Helper()
	var err *applier.NotReadyError
	if !errors.As(s.Err, &err) {
		t.Fatalf("%s: want it not to become ready, got %v", s.ID, s.Err)
	}
	return err
}

// objectErrors returns the errors of a run by object.
func objectErrors(t *testing.T, err error) map[string]*applier.ObjectError {
	t.Helper()
	var all *multierror.Error
	if !errors.As(err, &all) {
		t.Fatalf("want a *multierror.Error, got %v", err)
	}
	byID := map[string]*applier.ObjectError{}
	for _, err := range all.Errors {
		var e *applier.ObjectError
		if !errors.As(err, &e) {
			t.Fatalf("want an *ObjectError, got %v", err)
		}
		byID[e.ID.String()] = e
	}
	return byID
}

// watch runs do while every change of a kind is told to see.
func (s *site) watch(
	t *testing.T, kind schema.GroupVersionKind, see func(t watch.EventType, u *unstructured.Unstructured), do func(),
) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	synced := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		err := s.Watch(ctx, kind, s.namespace, "", func(event watch.EventType, u *unstructured.Unstructured) error {
			if event == kube.Synced {
				close(synced)
				return nil
			}
			see(event, u)
			return nil
		})
		if ctx.Err() == nil {
			t.Errorf("watch: %v", err)
		}
	})
	<-synced
	do()
	stop()
	watching.Wait()
}
