package planner_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-multierror"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"stowage/dsl"
	"stowage/internal/kube"
	"stowage/internal/testcluster"
	"stowage/planner"
)

// cluster is the test cluster with one release in a namespace of its own.
type cluster struct {
	*kube.Client
	config    *rest.Config
	requests  *requests
	namespace string
	prior     *planner.Prior
	newest    *planner.Recording // of the same revision, once a test asks for it
}

// newCluster gives the test a namespace of its own. Without create it does not exist yet.
func newCluster(t testing.TB, create bool) *cluster {
	t.Helper()
	shared := testcluster.Start(t)
	config := rest.CopyConfig(shared.Config)
	seen := &requests{}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return seen.before(next) })
	client, err := kube.New(config)
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{Client: client, config: shared.Config, requests: seen}
	if create {
		c.namespace = shared.Namespace(t)
	} else {
		c.namespace = shared.UnusedNamespace(t)
	}
	return c
}

func (c *cluster) mustApply(t testing.TB, u *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	applied, err := c.Apply(t.Context(), u, true)
	if err != nil {
		t.Fatal(err)
	}
	return applied
}

// as writes like another client does: a merge patch by that field manager.
func (c *cluster) as(t testing.TB, manager string, id planner.ObjectID, patch string) {
	t.Helper()
	resource := map[string]string{"Deployment": "apis/apps/v1/namespaces/%s/deployments/%s", "Service": "api/v1/namespaces/%s/services/%s"}[id.Kind]
	httpClient, err := rest.HTTPClientFor(c.config)
	if err != nil {
		t.Fatal(err)
	}
	url := strings.TrimSuffix(c.config.Host, "/") + "/" + fmt.Sprintf(resource, c.namespace, id.Name) + "?fieldManager=" + manager
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, url, strings.NewReader(patch))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/strategic-merge-patch+json")
	response, err := httpClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		t.Fatalf("patch %s: %s %s", id, response.Status, text)
	}
}

// plan plans the manifests as a release in the cluster's namespace.
func (c *cluster) plan(t testing.TB, manifests string, options planner.Options) *planner.Plan {
	t.Helper()
	p, err := c.tryPlan(t, manifests, options)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (c *cluster) tryPlan(t testing.TB, manifests string, options planner.Options) (*planner.Plan, error) {
	t.Helper()
	objects := c.objects(t, manifests)
	return planner.Make(t.Context(), planner.Input{
		Release: "petclinic", Namespace: c.namespace, HistoryLimit: 3,
		Objects: objects, Graph: fileOrder(objects), Prior: c.prior, Options: options,
	}, c.Client)
}

// objects reads manifests as if they were rendered: line N of the file is the
// origin of the object that starts there.
func (c *cluster) objects(t testing.TB, manifests string) []planner.Object {
	t.Helper()
	var objects []planner.Object
	line := 1
	for _, text := range strings.Split(manifests, "---\n") {
		start := line
		line += strings.Count(text, "\n") + 1
		u := &unstructured.Unstructured{}
		encoded, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(encoded, &u.Object); err != nil {
			t.Fatal(err)
		}
		if len(u.Object) == 0 {
			continue
		}
		if u.GetKind() == "Namespace" {
			u.SetName(c.namespace)
		} else {
			u.SetNamespace(c.namespace)
		}
		objects = append(objects, rendered(u, start))
	}
	return objects
}

func rendered(u *unstructured.Unstructured, line int) planner.Object {
	o := planner.Object{ID: planner.IDOf(u), Manifest: u, Address: "app." + u.GetName(), Origin: planner.Origin{File: "petclinic.hcl", Line: line}}
	switch u.GetKind() {
	case "Namespace":
		o.Role = planner.RoleNamespace
	case "ConfigMap", "Secret":
		o.Role = planner.RoleData
		if base := u.GetAnnotations()[planner.AnnotationBaseName]; base != "" {
			o.Version = &planner.DataVersion{BaseName: base, Version: strings.TrimPrefix(u.GetName(), base+"-")}
		}
	case "PersistentVolumeClaim":
		o.Role = planner.RoleClaim
	case "Service":
		o.Role = planner.RoleService
	default:
		o.Role = planner.RoleWorkload
	}
	return o
}

// fileOrder is a graph in which each object of an app needs the one before it.
type fileOrder []planner.Object

func (f fileOrder) Order() []planner.Object { return f }

func (f fileOrder) Needs(id planner.ObjectID) []planner.Need {
	i := slices.IndexFunc(f, func(o planner.Object) bool { return o.ID == id })
	if i == 0 {
		return nil
	}
	return []planner.Need{{ID: f[i-1].ID, Gate: planner.Applied}}
}

// carryOut does what a plan says, and records it as the release would.
func (c *cluster) carryOut(t testing.TB, p *planner.Plan) {
	t.Helper()
	revision := p.Release.ToRevision
	prior := &planner.Prior{Revision: revision, Switched: p.Release.Switch != "", Healthy: []int{revision}, Objects: map[planner.ObjectID]*unstructured.Unstructured{}}
	for i := range p.Changes {
		change := &p.Changes[i]
		if change.Action == planner.Delete {
			c.mustDelete(t, change)
			continue
		}
		live := &planner.LiveRef{}
		if change.Action != planner.NoOp {
			if change.Move != nil && change.Move.Preview != nil {
				c.mustApply(t, change.Move.Preview)
			}
			applied := c.mustApply(t, change.ToApply())
			live.UID = applied.GetUID()
		} else {
			live = cmp.Or(change.Live, live)
		}
		prior.Objects[change.ID] = change.Object
		prior.Inventory = append(prior.Inventory, planner.Item{
			ID: change.ID, Version: change.Object.GroupVersionKind().Version, UID: string(live.UID),
			LastRevision: p.Release.ToRevision, DataVersion: change.Version,
		})
	}
	if c.prior != nil {
		prior.Healthy = append(prior.Healthy, c.prior.Healthy...)
		for _, kept := range p.Kept {
			for _, item := range c.prior.Inventory {
				if item.ID == kept.ID {
					prior.Inventory = append(prior.Inventory, item)
				}
			}
		}
	}
	c.prior = prior
}

func (c *cluster) mustDelete(t testing.TB, change *planner.Change) {
	t.Helper()
	kind := schema.GroupVersionKind{Group: change.ID.Group, Version: "v1", Kind: change.ID.Kind}
	if err := c.Delete(t.Context(), kind, change.ID.Namespace, change.ID.Name, change.Live.UID, ""); err != nil {
		t.Fatal(err)
	}
}

// live reads an object.
func (c *cluster) live(t testing.TB, group, kind, name string) *unstructured.Unstructured {
	t.Helper()
	u, err := c.Get(t.Context(), schema.GroupVersionKind{Group: group, Version: "v1", Kind: kind}, c.namespace, name)
	if err != nil && !apierrors.IsNotFound(err) {
		t.Fatal(err)
	}
	return u
}

// list names the release's objects of a core kind, sorted.
func (c *cluster) list(t testing.TB, kind string) []string {
	t.Helper()
	objects, err := c.List(t.Context(), schema.GroupVersionKind{Version: "v1", Kind: kind}, c.namespace, planner.LabelRelease)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, u := range objects {
		names = append(names, u.GetName())
	}
	slices.Sort(names)
	return names
}

// waitHealthy waits until the controllers have caught up with a workload.
func (c *cluster) waitHealthy(t testing.TB, group, kind, name string) {
	t.Helper()
	c.waitFor(t, group, kind, name, func(h planner.Health) bool { return h.Condition == planner.Current })
}

// waitFor waits until a workload's health is as wanted.
func (c *cluster) waitFor(t testing.TB, group, kind, name string, wanted func(planner.Health) bool) {
	t.Helper()
	gvk := schema.GroupVersionKind{Group: group, Version: "v1", Kind: kind}
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		u, err := c.Get(t.Context(), gvk, c.namespace, name)
		if err != nil {
			t.Fatal(err)
		}
		health := planner.HealthOf(u)
		if wanted(health) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s %s: %+v", kind, name, health)
		}
	}
}

func readFile(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// summary writes a plan as lines "action object".
func summary(p *planner.Plan) []string {
	var lines []string
	for _, c := range p.Changes {
		if c.Action != planner.NoOp {
			lines = append(lines, string(c.Action)+" "+c.ID.String())
		}
	}
	return lines
}

func objectErrors(t testing.TB, err error) []*planner.ObjectError {
	t.Helper()
	var all *multierror.Error
	if !errors.As(err, &all) {
		t.Fatalf("not a *multierror.Error: %v", err)
	}
	var found []*planner.ObjectError
	for _, e := range all.Errors {
		var one *planner.ObjectError
		if !errors.As(e, &one) {
			t.Fatalf("not an *ObjectError: %v", e)
		}
		found = append(found, one)
	}
	return found
}

func change(t testing.TB, p *planner.Plan, kind, name string) planner.Change {
	t.Helper()
	for _, c := range p.Changes {
		if c.ID.Kind == kind && c.ID.Name == name {
			return c
		}
	}
	t.Fatalf("no change of %s %s in the plan", kind, name)
	return planner.Change{}
}

// evaluate reads a configuration of one file, in which NAMESPACE stands for the
// cluster's.
func (c *cluster) evaluate(t testing.TB, hcl string) *dsl.Config {
	t.Helper()
	dir := t.TempDir()
	text := strings.ReplaceAll(hcl, "NAMESPACE", c.namespace)
	if err := os.WriteFile(filepath.Join(dir, "petclinic.hcl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return evaluate(t, dir)
}

// planHCL plans a configuration of one file.
func (c *cluster) planHCL(t testing.TB, hcl string, options planner.Options) *planner.Plan {
	t.Helper()
	p, err := c.tryPlanHCL(t, hcl, options)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (c *cluster) tryPlanHCL(t testing.TB, hcl string, options planner.Options) (*planner.Plan, error) {
	t.Helper()
	config := c.evaluate(t, hcl)
	objects, err := planner.Render(config)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := planner.NewGraph(objects)
	if err != nil {
		t.Fatal(err)
	}
	return planner.Make(t.Context(), planner.Input{
		Release: config.Release.Name, Namespace: config.Release.Namespace, HistoryLimit: config.Release.HistoryLimit,
		Objects: objects, Graph: graph, Prior: c.prior, Options: options,
	}, c.Client)
}
