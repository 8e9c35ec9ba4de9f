package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"

	"stowage/internal/testcluster"
	"stowage/planner"
)

// written are the objects that somebody wrote by hand to mean what an example means.
type written struct {
	client    dynamic.Interface
	discovery discovery.CachedDiscoveryInterface
	mapper    meta.ResettableRESTMapper
	scratch   string // a namespace to complete objects in
	objects   []*writtenObject
}

// writtenObject is one of them.
type writtenObject struct {
	text map[string]any             // as it is written
	full *unstructured.Unstructured // as the server completes it: with its defaults
	id   objectName
}

// objectName names an object of the cluster; a version's by its base name.
type objectName struct{ group, kind, namespace, name string }

func (n objectName) String() string {
	if n.namespace == "" {
		return n.kind + " " + n.name
	}
	return fmt.Sprintf("%s %s in %s", n.kind, n.name, n.namespace)
}

func objectNameOf(o *unstructured.Unstructured) objectName {
	return objectName{o.GroupVersionKind().Group, o.GetKind(), o.GetNamespace(), o.GetName()}
}

func nameAll(objects []*unstructured.Unstructured) []string {
	var names []string
	for _, o := range objects {
		names = append(names, objectNameOf(o).String())
	}
	return names
}

// readWritten reads testdata/examples/<example>.yaml; $NAME stands for the value of
// a variable. Objects without a namespace are in the release's.
func readWritten(t *testing.T, cluster *testcluster.Cluster, example, namespace string, variables map[string]string) *written {
	t.Helper()
	client, err := dynamic.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	cached := memory.NewMemCacheClient(cluster.Client.Discovery())
	w := &written{
		client: client, discovery: cached,
		mapper:  restmapper.NewDeferredDiscoveryRESTMapper(cached),
		scratch: cluster.Namespace(t),
	}
	path := filepath.Join("testdata", "examples", example+".yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("each example is compared with objects written by hand: %v", err)
	}
	for name, value := range variables {
		text = bytes.ReplaceAll(text, []byte("$"+name), []byte(value))
	}
	documents := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	for {
		object := map[string]any{}
		if err := documents.Decode(&object); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if len(object) > 0 {
			w.add(t, object, namespace)
		}
	}
	return w
}

func (w *written) add(t *testing.T, text map[string]any, namespace string) {
	t.Helper()
	encodeStringData(text)
	o := &unstructured.Unstructured{Object: text}
	if mapping, err := w.mapping(o); err == nil && mapping.Scope.Name() == meta.RESTScopeNameRoot {
		namespace = ""
	} else if given := o.GetNamespace(); given != "" {
		namespace = given
	}
	id := objectNameOf(o)
	id.namespace = namespace
	w.objects = append(w.objects, &writtenObject{text: text, id: id})
}

// encodeStringData does what the server does with a Secret's stringData.
func encodeStringData(object map[string]any) {
	texts, _, _ := unstructured.NestedStringMap(object, "stringData")
	delete(object, "stringData")
	for key, text := range texts {
		_ = unstructured.SetNestedField(object, base64.StdEncoding.EncodeToString([]byte(text)), "data", key)
	}
}

func (w *written) mapping(o *unstructured.Unstructured) (*meta.RESTMapping, error) {
	gvk := o.GroupVersionKind()
	return w.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
}

// exclusive returns the names that nobody else may use meanwhile.
func (w *written) exclusive() []string {
	var names []string
	for _, o := range w.objects {
		if o.id.namespace == "" && o.id.kind != "Namespace" {
			names = append(names, o.id.kind+" "+o.id.name)
			continue
		}
		namespace := o.id.namespace
		if o.id.kind == "Namespace" {
			namespace = o.id.name
		}
		names = append(names, "Namespace "+namespace)
	}
	return names
}

// complete asks the server for the defaults of the objects that it has not been
// asked for yet. Those of kinds that the example defines itself have to wait for it.
func (w *written) complete(t *testing.T) {
	t.Helper()
	for _, o := range w.objects {
		if o.full != nil {
			continue
		}
		object := (&unstructured.Unstructured{Object: o.text}).DeepCopy()
		mapping, err := w.mapping(object)
		if meta.IsNoMatchError(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		resource := dynamic.ResourceInterface(w.client.Resource(mapping.Resource))
		if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
			object.SetNamespace(w.scratch)
			resource = w.client.Resource(mapping.Resource).Namespace(w.scratch)
		} else {
			o.id.namespace = ""
		}
		o.full, err = resource.Create(t.Context(), object, metav1.CreateOptions{
			DryRun: []string{metav1.DryRunAll}, FieldValidation: metav1.FieldValidationStrict,
		})
		if err != nil {
			t.Errorf("%s, as it is written: %v", o.id, err)
		}
	}
}

// live returns the objects of a release: all that bear its label and that no
// controller made.
func (w *written) live(t *testing.T, release string) []*unstructured.Unstructured {
	t.Helper()
	w.discovery.Invalidate()
	lists, err := discovery.ServerPreferredResources(w.discovery)
	if err != nil {
		t.Logf("not all kinds are known: %v", err) // of a definition that another test is deleting
	}
	lists = discovery.FilteredBy(discovery.SupportsAllVerbs{Verbs: []string{"list", "delete"}}, lists)
	resources, err := discovery.GroupVersionResources(lists)
	if err != nil {
		t.Fatal(err)
	}
	var found []*unstructured.Unstructured
	for resource := range resources {
		found = append(found, w.list(t, resource, release)...)
	}
	return found
}

// remove deletes objects, and waits until they are gone: another test may be about to use
// their names, and what one of them holds may hold another one.
func (w *written) remove(t *testing.T, objects ...*unstructured.Unstructured) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	var removals []removal
	for _, o := range objects {
		r, err := w.startRemoving(ctx, o)
		if err != nil {
			t.Errorf("%s: %v", objectNameOf(o), err)
			continue
		}
		removals = append(removals, r)
	}
	for _, r := range removals {
		if !r.ends() {
			t.Errorf("%s was deleted, and is still there", r.name)
		}
	}
}

// removal is an object that was deleted; a nil watcher: it is gone.
type removal struct {
	name    objectName
	watcher watch.Interface
}

func (w *written) startRemoving(ctx context.Context, o *unstructured.Unstructured) (removal, error) {
	r := removal{name: objectNameOf(o)}
	mapping, err := w.mapping(o)
	if err != nil {
		return r, err
	}
	resource := w.client.Resource(mapping.Resource).Namespace(o.GetNamespace())
	watcher, err := resource.Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + o.GetName()})
	if err != nil {
		return r, err
	}
	if err := resource.Delete(ctx, o.GetName(), metav1.DeleteOptions{}); err != nil {
		watcher.Stop()
		if apierrors.IsNotFound(err) {
			err = nil
		}
		return r, err
	}
	r.watcher = watcher
	return r, nil
}

// ends waits until the object is gone, and reports whether it is.
func (r removal) ends() bool {
	if r.watcher == nil {
		return true
	}
	defer r.watcher.Stop()
	for event := range r.watcher.ResultChan() {
		if event.Type == watch.Deleted {
			return true
		}
	}
	return false
}

// given are the rights, as verb and resource, that the Roles among the objects give.
func (w *written) given() []string {
	var given []string
	for _, o := range w.objects {
		rules, _, _ := unstructured.NestedSlice(o.text, "rules")
		for _, rule := range rules {
			rule, _ := rule.(map[string]any)
			verbs, _, _ := unstructured.NestedStringSlice(rule, "verbs")
			resources, _, _ := unstructured.NestedStringSlice(rule, "resources")
			for _, verb := range verbs {
				for _, resource := range resources {
					given = append(given, verb+" "+resource)
				}
			}
		}
	}
	return given
}

func (w *written) list(t *testing.T, resource schema.GroupVersionResource, release string) []*unstructured.Unstructured {
	t.Helper()
	// Cleanups, which use this too, come after the test's context.
	list, err := w.client.Resource(resource).List(context.WithoutCancel(t.Context()), metav1.ListOptions{LabelSelector: "stowage.dev/release=" + release})
	if err != nil {
		t.Logf("%s: %v", resource.Resource, err)
		return nil
	}
	var found []*unstructured.Unstructured
	for i := range list.Items {
		if o := &list.Items[i]; metav1.GetControllerOf(o) == nil && w.home(o) {
			found = append(found, o)
		}
	}
	return found
}

// home reports whether an object, or its release, is in a namespace that the example has, or
// in none. In others it is of another release, which has the same name.
func (w *written) home(o *unstructured.Unstructured) bool {
	namespace := cmp.Or(o.GetLabels()[planner.LabelHome], o.GetNamespace())
	if o.GetKind() == "Namespace" {
		namespace = o.GetName()
	}
	return namespace == "" || slices.ContainsFunc(w.objects, func(written *writtenObject) bool {
		return written.id.namespace == namespace || written.id.kind == "Namespace" && written.id.name == namespace
	})
}

// versionOfName matches what follows the base name of a version.
var versionOfName = regexp.MustCompile(`^-[0-9a-z]{10}$`)

// compare compares what is live with what is written.
func (w *written) compare(t *testing.T, release, namespace string) {
	t.Helper()
	w.mapper.Reset()
	w.complete(t)
	live := map[objectName]*unstructured.Unstructured{}
	for _, o := range w.live(t, release) {
		live[objectNameOf(o)] = o
	}
	bases := w.bases(live)
	for _, o := range w.objects {
		found := live[o.id]
		for id := range live {
			if bases[id.name] == o.id.name && id.kind == o.id.kind && id.namespace == o.id.namespace {
				found = live[id]
			}
		}
		if found == nil {
			t.Errorf("%s is written, and not there", o.id)
			continue
		}
		delete(live, objectNameOf(found))
		if o.full != nil {
			c := comparison{t: t, object: o.id, bases: bases}
			c.root(o.text, o.full.Object, found.Object)
		} else {
			t.Errorf("%s: there is no such kind", o.id)
		}
	}
	for id := range live {
		t.Errorf("%s is there, and not written", id)
	}
}

// bases returns the base name of each version that is live, by its name: what is
// written under a name that nothing has, and live under one with a version.
func (w *written) bases(live map[objectName]*unstructured.Unstructured) map[string]string {
	bases := map[string]string{}
	for _, o := range w.objects {
		if live[o.id] != nil {
			continue
		}
		for id := range live {
			suffix, of := strings.CutPrefix(id.name, o.id.name)
			if of && versionOfName.MatchString(suffix) && id.kind == o.id.kind && id.namespace == o.id.namespace {
				bases[id.name] = o.id.name
			}
		}
	}
	return bases
}
