package manifest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"

	"stowage/internal/kube"
	"stowage/internal/testcluster"
)

// objectsIn reads the objects of a file of tests.
func objectsIn(t testing.TB, file string) []*unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var objects []*unstructured.Unstructured
	for doc := range bytes.SplitSeq(text, []byte("---\n")) {
		objects = append(objects, objectOf(t, string(doc)))
	}
	return objects
}

func objectOf(t testing.TB, text string) *unstructured.Unstructured {
	t.Helper()
	encoded, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := utiljson.Unmarshal(encoded, &u.Object); err != nil {
		t.Fatal(err)
	}
	return u
}

func allDefaultsObjects(t testing.TB) []*unstructured.Unstructured {
	t.Helper()
	files, err := filepath.Glob("testdata/defaults/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no objects", err)
	}
	var all []*unstructured.Unstructured
	for _, file := range files {
		all = append(all, objectsIn(t, filepath.Join("defaults", filepath.Base(file)))...)
	}
	return all
}

// allocated are the fields that the server fills in by what the cluster has, controllers for their own
// use, and admission by what it is told.
var allocated = map[string][]string{
	"Service": {
		"spec.clusterIP", "spec.clusterIPs", "spec.ipFamilies", "spec.ipFamilyPolicy", "spec.healthCheckNodePort", "spec.ports.nodePort",
	},
	"Job": {
		"spec.selector", "metadata.labels.batch/controller-uid", "metadata.labels.batch/job-name", "metadata.labels.controller-uid", "metadata.labels.job-name",
		"spec.template.metadata.labels.batch/controller-uid", "spec.template.metadata.labels.batch/job-name",
		"spec.template.metadata.labels.controller-uid", "spec.template.metadata.labels.job-name",
	},
	"DaemonSet":             {"metadata.annotations.deprecated/template-generation"},
	"PersistentVolumeClaim": {"metadata.finalizers"},
	"PersistentVolume":      {"metadata.finalizers"},
	"Pod":                   {"spec.priority", "spec.preemptionPolicy", "spec.serviceAccount", "spec.serviceAccountName", "spec.tolerations"},
}

var dottedNames = strings.NewReplacer(
	"batch/", "batch.kubernetes.io/", "deprecated/template-generation", "deprecated.daemonset.template.generation",
)

// withoutAllocated takes out what is not a default, and what says nothing: nulls and maps that are empty then.
func withoutAllocated(u *unstructured.Unstructured) *unstructured.Unstructured {
	u = u.DeepCopy()
	dropServers(u.Object)
	delete(u.Object, "status")
	for _, path := range allocated[u.GetKind()] {
		remove(u.Object, strings.Split(path, "."))
	}
	for name, value := range u.Object {
		if value == nil {
			delete(u.Object, name)
		}
	}
	for _, path := range []string{"metadata.labels", "metadata.annotations", "spec.template.metadata.labels"} {
		if m, _, _ := unstructured.NestedMap(u.Object, strings.Split(path, ".")...); len(m) == 0 {
			remove(u.Object, strings.Split(path, "."))
		}
	}
	return u
}

// remove takes out a field, of all items where there is a list on the way.
func remove(value any, path []string) {
	name := dottedNames.Replace(path[0])
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			remove(item, path)
		}
	case map[string]any:
		if len(path) == 1 {
			delete(v, name)
		} else {
			remove(v[name], path[1:])
		}
	}
}

func TestDefaultsAreThoseOfTheServer(t *testing.T) {
	cluster := testcluster.Start(t)
	client, err := kube.New(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	namespace := cluster.Namespace(t)
	for _, u := range allDefaultsObjects(t) {
		t.Run(u.GetKind()+"/"+u.GetName(), func(t *testing.T) {
			if _, inNamespace, err := client.Resource(t.Context(), u.GroupVersionKind()); err != nil {
				t.Fatal(err)
			} else if inNamespace {
				u.SetNamespace(namespace)
			}
			answer, err := client.DryRun(t.Context(), u)
			if err != nil {
				t.Fatal(err)
			}
			want, got := withoutAllocated(answer), withoutAllocated(Default(u))
			if diff := cmp.Diff(want.Object, got.Object); diff != "" {
				t.Errorf("the server (-) has other defaults:\n%s", diff)
			}
			if again := WithoutDefaults(answer); cmp.Diff(Default(answer).Object, Default(again).Object) != "" {
				t.Error("what was left out of the server's object does not come again")
			}
		})
	}
}
