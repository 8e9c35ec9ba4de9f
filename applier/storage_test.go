package applier_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"stowage/applier"
)

// database is a StatefulSet of two pods with a claim of that size for each.
func database(size, image string) string {
	return fmt.Sprintf(`
app "db" {
  kind     = "StatefulSet"
  image    = %q
  replicas = 2
  mount "/data" {
    claim { size = %q }
  }
}
`, image, size)
}

// sizes returns what the claims ask for, by name.
func (s *site) sizes(t *testing.T) map[string]string {
	t.Helper()
	objects, err := s.List(t.Context(), claims, s.namespace, "")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, c := range objects {
		found[c.GetName()], _, _ = unstructured.NestedString(c.Object, "spec", "resources", "requests", "storage")
	}
	return found
}

// checkKept fails the test unless the claims and pods are those of before.
func (s *site) checkKept(t *testing.T, pods, data map[string]types.UID) {
	t.Helper()
	if d := cmp.Diff(pods, s.uids(t, podsKind)); d != "" {
		t.Errorf("pods: %s", d)
	}
	if d := cmp.Diff(data, s.uids(t, claims)); d != "" {
		t.Errorf("claims: %s", d)
	}
}

// checkSizes fails the test unless each claim asks for that much, and a second plan
// is empty.
func (s *site) checkSizes(t *testing.T, size, config string) {
	t.Helper()
	if d := cmp.Diff(map[string]string{"data-db-0": size, "data-db-1": size}, s.sizes(t)); d != "" {
		t.Errorf("sizes: %s", d)
	}
	if plan, _ := s.plan(t, config); !plan.Empty() {
		t.Errorf("the second plan is not empty: %+v", plan.Changes)
	}
}

func TestS33ClaimTemplatesGrowAroundRunningPods(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, database("1Gi", "mysql:8"))
	pods, data := s.uids(t, podsKind), s.uids(t, claims)
	set := s.get(t, statefulSets, "db").GetUID()
	if len(pods) != 2 || len(data) != 2 {
		t.Fatalf("%v, %v", pods, data)
	}
	plan, opts := s.plan(t, database("2Gi", "mysql:8"))
	out := s.run(t.Context(), plan, opts, nil)
	if out.err != nil {
		t.Fatal(out.err)
	}
	s.checkKept(t, pods, data)
	s.checkSizes(t, "2Gi", database("2Gi", "mysql:8"))
	if s.get(t, statefulSets, "db").GetUID() == set {
		t.Error("the StatefulSet is the old one")
	}
}

func TestS33AReleaseGoesBackOverStorageThatHasGrown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const web = "\napp \"web\" {\n  image = %q\n  depends_on = [app.db]\n}\n"
	before := database("1Gi", "mysql:8") + fmt.Sprintf(web, "nginx")
	grown := database("2Gi", "mysql:8") + fmt.Sprintf(web, "nginx")
	s.mustApply(t, before)
	pods, data := s.uids(t, podsKind), s.uids(t, claims)
	plan, opts := s.plan(t, database("2Gi", "mysql:8")+fmt.Sprintf(web, "simulate.local/image-pull-error"))
	opts.OnFailure = applier.RollBack
	out := s.run(t.Context(), plan, opts, nil)
	if out.Rollback == nil || out.Rollback.Err != nil {
		t.Fatalf("%+v: %v", out.Rollback, out.err)
	}
	s.checkKept(t, pods, data)
	s.checkSizes(t, "2Gi", grown)
	if _, _, err := s.tryPlan(t, before); err == nil || !strings.Contains(err.Error(), "cannot shrink from 2Gi to 1Gi") {
		t.Errorf("%v", err)
	}
}

// errKilled is what the cluster of a killed run answers.
var errKilled = errors.New("killed")

// dying is a cluster that takes so many writes, and then none.
type dying struct {
	applier.Cluster
	left int
}

func (d *dying) spend() error {
	if d.left == 0 {
		return errKilled
	}
	d.left--
	return nil
}

func (d *dying) Apply(ctx context.Context, object *unstructured.Unstructured, force bool) (*unstructured.Unstructured, error) {
	if err := d.spend(); err != nil {
		return nil, err
	}
	return d.Cluster.Apply(ctx, object, force)
}

func (d *dying) Delete(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string, uid types.UID, propagation metav1.DeletionPropagation,
) error {
	if err := d.spend(); err != nil {
		return err
	}
	return d.Cluster.Delete(ctx, kind, namespace, name, uid, propagation)
}

// TestS21StorageGrowthStoppedAfterEachWrite stops after the growth of each claim,
// and after the StatefulSet was deleted. The pods go on, and a plain apply ends it;
// where the StatefulSet is gone, that of the configuration before does too.
func TestS21StorageGrowthStoppedAfterEachWrite(t *testing.T) {
	t.Parallel()
	for writes := range 4 {
		for _, size := range []string{"2Gi", "1Gi"} {
			t.Run(fmt.Sprintf("%d writes, then %s", writes, size), func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				s.mustApply(t, database("1Gi", "mysql:8"))
				pods, data := s.uids(t, podsKind), s.uids(t, claims)
				plan, opts := s.plan(t, database("2Gi", "mysql:8"))
				if _, err := applier.Run(t.Context(), &dying{s.Client, writes}, s.store, plan, opts); !errors.Is(err, errKilled) {
					t.Fatalf("want it to be killed, got %v", err)
				}
				s.mustApply(t, database(size, "mysql:8"))
				s.checkKept(t, pods, data)
				want := map[string]string{"data-db-0": size, "data-db-1": size}
				if size == "1Gi" { // what has grown stays so
					for i := range min(writes, 2) {
						want[fmt.Sprintf("data-db-%d", i)] = "2Gi"
					}
				}
				if got := s.sizes(t); !maps.Equal(want, got) {
					t.Errorf("sizes %v, want %v", got, want)
				}
				if plan, _ := s.plan(t, database(size, "mysql:8")); !plan.Empty() {
					t.Errorf("the second plan is not empty: %+v", plan.Changes)
				}
			})
		}
	}
}
