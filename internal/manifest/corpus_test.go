package manifest_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"stowage/internal/manifest"
	"stowage/internal/testcluster"
)

// corpus are manifests as people write them; the importer's tests bring each there and back.
const corpus = "../importer/testdata/corpus/*.yaml"

// TestCorpusIsValid reads and checks the corpus without a problem, and asks a server whether it would take each
// object of a kind that it knows.
func TestCorpusIsValid(t *testing.T) {
	files, err := filepath.Glob(corpus)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 170 {
		t.Errorf("%d files, want 170 at least", len(files))
	}
	server := newDryRun(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			documents, problems := manifest.Read(t.Context(), []string{file}, nil)
			for _, d := range documents {
				problems = append(problems, manifest.Check(d)...)
				if err := server.create(t.Context(), d.Object); err != nil {
					t.Errorf("%s:%d: %v", file, d.Line, err)
				}
			}
			for _, p := range problems {
				t.Error(p)
			}
			if len(documents) == 0 {
				t.Error("no object")
			}
		})
	}
}

// dryRun asks a server to create objects, without creating them.
type dryRun struct {
	objects   dynamic.Interface
	kinds     map[string]metav1.APIResource // by API version and kind
	namespace string
}

func newDryRun(t *testing.T) *dryRun {
	t.Helper()
	cluster := testcluster.Start(t)
	objects, err := dynamic.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	_, lists, err := cluster.Client.Discovery().ServerGroupsAndResources()
	if err != nil {
		t.Fatal(err)
	}
	d := &dryRun{objects: objects, kinds: map[string]metav1.APIResource{}, namespace: cluster.Namespace(t)}
	for _, list := range lists {
		for _, r := range list.APIResources {
			if !strings.Contains(r.Name, "/") {
				d.kinds[list.GroupVersion+" "+r.Kind] = r
			}
		}
	}
	return d
}

// create asks for an object in the test's own namespace. Kinds that the server does not have pass.
func (d *dryRun) create(ctx context.Context, u *unstructured.Unstructured) error {
	resource, ok := d.kinds[u.GetAPIVersion()+" "+u.GetKind()]
	if !ok {
		return nil
	}
	u = u.DeepCopy()
	client := dynamic.ResourceInterface(d.objects.Resource(u.GroupVersionKind().GroupVersion().WithResource(resource.Name)))
	if resource.Namespaced {
		u.SetNamespace(d.namespace)
		client = d.objects.Resource(u.GroupVersionKind().GroupVersion().WithResource(resource.Name)).Namespace(d.namespace)
	}
	_, err := client.Create(ctx, u, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}, FieldValidation: metav1.FieldValidationStrict})
	return err
}
