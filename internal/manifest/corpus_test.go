package manifest_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/internal/kube"
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
				if err := server.apply(t.Context(), d.Object); err != nil {
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

// dryRun asks a server to apply objects, without applying them.
type dryRun struct {
	client    *kube.Client
	kinds     map[string]bool // by API version and kind: whether they have a namespace
	namespace string
}

func newDryRun(t *testing.T) *dryRun {
	t.Helper()
	cluster := testcluster.Start(t)
	client, err := kube.New(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	_, lists, err := cluster.Client.Discovery().ServerGroupsAndResources()
	if err != nil {
		t.Fatal(err)
	}
	d := &dryRun{client: client, kinds: map[string]bool{}, namespace: cluster.Namespace(t)}
	for _, list := range lists {
		for _, r := range list.APIResources {
			if !strings.Contains(r.Name, "/") {
				d.kinds[list.GroupVersion+" "+r.Kind] = r.Namespaced
			}
		}
	}
	return d
}

// apply asks for an object in the test's own namespace. Kinds that the server does not have pass.
func (d *dryRun) apply(ctx context.Context, u *unstructured.Unstructured) error {
	namespaced, served := d.kinds[u.GetAPIVersion()+" "+u.GetKind()]
	if !served {
		return nil
	}
	u = u.DeepCopy()
	unstructured.RemoveNestedField(u.Object, "metadata", "uid") // of an object that was printed
	if namespaced {
		u.SetNamespace(d.namespace)
	}
	_, err := d.client.DryRun(ctx, u)
	return err
}

// TestServerRefusesWhatCheckRefuses asks a server whether it would take what Check has problems with.
func TestServerRefusesWhatCheckRefuses(t *testing.T) {
	server := newDryRun(t)
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range files {
		documents, _ := manifest.Read(t.Context(), []string{file}, nil)
		for _, d := range documents {
			problems := manifest.Check(d)
			if _, served := server.kinds[d.Object.GetAPIVersion()+" "+d.Object.GetKind()]; len(problems) == 0 || !served {
				continue
			}
			checked++
			if err := server.apply(t.Context(), d.Object); err == nil {
				t.Errorf("%s:%d: the server takes it, in spite of: %v", file, d.Line, problems[0])
			}
		}
	}
	if checked == 0 {
		t.Error("nothing was refused")
	}
}
