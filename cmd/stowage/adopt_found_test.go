package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"stowage/internal/testcluster"
)

// shopFound are the objects that stand in a namespace before stowage comes, and
// shopConfigured is the configuration that says the same.
const (
	shopFound      = "testdata/adopt/shop.yaml"
	shopConfigured = "testdata/adopt/shop.hcl"
)

// estate is a namespace in which others have made objects.
type estate struct {
	test      *testing.T
	cluster   *testcluster.Cluster
	client    dynamic.Interface
	proxy     *testcluster.Proxy
	namespace string
	dir       string // of the configuration
	webOnly   bool   // there is only the app web, and what it uses
}

func newEstate(t *testing.T) *estate {
	t.Helper()
	cluster := testcluster.Start(t)
	client, err := dynamic.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	e := &estate{test: t, cluster: cluster, client: client, proxy: cluster.Proxy(t), namespace: cluster.Namespace(t), dir: t.TempDir()}
	e.configure()
	return e
}

// configure writes the configuration, with each first text replaced by the second.
func (e *estate) configure(pairs ...string) {
	e.test.Helper()
	text := e.read(shopConfigured)
	for pair := range slices.Chunk(pairs, 2) {
		if !strings.Contains(text, pair[0]) {
			e.test.Fatalf("the configuration has no %q", pair[0])
		}
		text = strings.Replace(text, pair[0], pair[1], 1)
	}
	e.write(text)
}

func (e *estate) read(file string) string {
	e.test.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		e.test.Fatal(err)
	}
	return string(text)
}

// run runs a command, which must exit with the code, and returns all it wrote.
func (e *estate) run(code int, verb string, more ...string) string {
	e.test.Helper()
	args := append([]string{verb, e.dir, "--kubeconfig", e.proxy.Kubeconfig, "-n", e.namespace}, more...)
	switch verb {
	case "apply":
		args = append(args, "--auto-approve")
	case "rollback":
		args[1] = "-C=" + e.dir
		args = append(args, "--auto-approve")
	}
	got, out, errs := stowage(e.test, args...)
	if got != code {
		e.test.Fatalf("stowage %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, out, errs)
	}
	if text := out + errs; strings.Contains(text, "not-to-be-seen") || strings.Contains(text, "bm90LXRvLWJlLXNlZW4") {
		e.test.Errorf("the value of a Secret is shown:\n%s", text)
	}
	return out + errs
}

// settledPlan is what a plan says that has nothing to do.
const settledPlan = "No changes. shop matches the configuration."

// found returns the objects of the manifests as they are.
func (e *estate) found() map[string]*unstructured.Unstructured {
	e.test.Helper()
	objects := map[string]*unstructured.Unstructured{}
	for _, manifest := range e.manifests() {
		live, err := e.of(manifest).Get(e.test.Context(), manifest.GetName(), metav1.GetOptions{})
		if err != nil {
			e.test.Fatal(err)
		}
		objects[live.GetKind()+" "+live.GetName()] = live
	}
	return objects
}

func (e *estate) manifests() []*unstructured.Unstructured {
	all := manifestsIn(e.test, e.read(shopFound))
	if !e.webOnly {
		return all
	}
	return slices.DeleteFunc(all, func(u *unstructured.Unstructured) bool { return u.GetName() != "web" && u.GetName() != "settings" })
}

// keepWeb leaves the app web alone in the estate.
func (e *estate) keepWeb() {
	e.webOnly = true
	e.write(e.blocks("release", "config", `app "web"`)...)
}

// blocks returns those blocks of the configuration that begin with one of the texts.
func (e *estate) blocks(beginnings ...string) []string {
	e.test.Helper()
	return slices.DeleteFunc(strings.Split(e.read(shopConfigured), "\n\n"), func(block string) bool {
		return !slices.ContainsFunc(beginnings, func(text string) bool { return strings.HasPrefix(block, text) })
	})
}

// write writes a configuration of some blocks.
func (e *estate) write(blocks ...string) {
	e.test.Helper()
	if err := os.WriteFile(filepath.Join(e.dir, "shop.hcl"), []byte(strings.Join(blocks, "\n\n")), 0o600); err != nil {
		e.test.Fatal(err)
	}
}

// of returns the client of an object's kind.
func (e *estate) of(u *unstructured.Unstructured) dynamic.ResourceInterface {
	plurals := map[string]string{
		"ConfigMap": "configmaps", "Secret": "secrets", "ServiceAccount": "serviceaccounts", "Service": "services",
		"Deployment": "deployments", "StatefulSet": "statefulsets",
	}
	gv := u.GroupVersionKind().GroupVersion()
	return e.client.Resource(gv.WithResource(plurals[u.GetKind()])).Namespace(e.namespace)
}

// tool makes an object as one of the tools that people deploy with does.
type tool func(e *estate, manifest *unstructured.Unstructured)

// created is how tools do that make the whole object, under a name of their own.
func created(manager string) tool {
	return func(e *estate, manifest *unstructured.Unstructured) {
		if _, err := e.of(manifest).Create(e.test.Context(), manifest, metav1.CreateOptions{FieldManager: manager}); err != nil {
			e.test.Fatal(err)
		}
	}
}

// applied is how tools do that apply on the server.
func applied(manager string) tool {
	return func(e *estate, manifest *unstructured.Unstructured) {
		options := metav1.ApplyOptions{FieldManager: manager, Force: true}
		if _, err := e.of(manifest).Apply(e.test.Context(), manifest.GetName(), manifest, options); err != nil {
			e.test.Fatal(err)
		}
	}
}

// appliedByClient is how tools do that keep what they applied in an annotation.
func appliedByClient(manager string) tool {
	return func(e *estate, manifest *unstructured.Unstructured) {
		text, err := json.Marshal(manifest)
		if err != nil {
			e.test.Fatal(err)
		}
		created(manager)(e, marked(manifest, "annotations", "kubectl.kubernetes.io/last-applied-configuration", string(text)+"\n"))
	}
}

// with has a tool leave marks: labels or annotations, names and values in turns.
func (make tool) with(field string, marks ...string) tool {
	return func(e *estate, manifest *unstructured.Unstructured) { make(e, marked(manifest, field, marks...)) }
}

func marked(manifest *unstructured.Unstructured, field string, marks ...string) *unstructured.Unstructured {
	result := manifest.DeepCopy()
	for mark := range slices.Chunk(marks, 2) {
		if err := unstructured.SetNestedField(result.Object, mark[1], "metadata", field, mark[0]); err != nil {
			panic(err)
		}
	}
	return result
}

// patched has a tool change a Deployment that another one has made.
func (e *estate) patched(manager, name, patch string) {
	e.test.Helper()
	deployments := schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	_, err := e.client.Resource(deployments).Namespace(e.namespace).Patch(
		e.test.Context(), name, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: manager})
	if err != nil {
		e.test.Fatal(err)
	}
}

// build makes all objects with a tool.
func (e *estate) build(make tool) {
	e.test.Helper()
	for _, manifest := range e.manifests() {
		make(e, manifest)
	}
}

// writes returns how often each object was written to by the tool under test.
func (e *estate) writes() map[string]int {
	e.test.Helper()
	writes := map[string]int{}
	for _, event := range e.cluster.AuditEvents(e.test, e.namespace) {
		own := strings.Contains(event.Name, "stowage.") // the record and the lock
		if strings.HasPrefix(event.UserAgent, "stowage/") && !event.DryRun && !own && event.Status != http.StatusConflict {
			writes[event.Resource+" "+event.Name]++
		}
	}
	return writes
}
