package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/internal/testcluster"
)

// ctxOf returns a context for cleaning up, when that of the test has ended.
func ctxOf(t *testing.T) context.Context { return context.WithoutCancel(t.Context()) }

// TestBuiltinKinds compares what is known of the built-in kinds with what the
// server says of them.
func TestBuiltinKinds(t *testing.T) {
	c := dial(t)
	seen := map[schema.GroupKind]bool{}
	for _, gv := range served(t, c) {
		kinds, err := c.discover(t.Context(), gv)
		if err != nil {
			t.Fatal(err)
		}
		for kind, want := range kinds {
			gvk := gv.WithKind(kind)
			if builtin[gvk.GroupKind()] == 0 {
				continue
			}
			seen[gvk.GroupKind()] = true
			got, err := c.resource(t.Context(), gvk)
			if err != nil || got != want {
				t.Errorf("%v: %+v, %v; the server has %+v", gvk, got, err, want)
			}
		}
	}
	for kind := range builtin {
		if !seen[kind] {
			t.Errorf("the server has no kind %v", kind)
		}
	}
}

// served returns all groups and versions of the server.
func served(t *testing.T, c *Client) []schema.GroupVersion {
	t.Helper()
	body, err := c.rest.Get().AbsPath("/apis").Do(t.Context()).Raw()
	if err != nil {
		t.Fatal(err)
	}
	var list metav1.APIGroupList
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	all := []schema.GroupVersion{{Version: "v1"}}
	for _, group := range list.Groups {
		for _, version := range group.Versions {
			all = append(all, schema.GroupVersion{Group: group.Name, Version: version.Version})
		}
	}
	return all
}

func TestListGetsAllPages(t *testing.T) {
	var asked []string
	c := dial(t, (&faults{decide: func(_ int, r *http.Request) fault {
		if strings.HasSuffix(r.URL.Path, "/configmaps") && r.Method == http.MethodGet {
			asked = append(asked, r.URL.Query().Get("limit"))
		}
		return nil
	}}).wrap)
	namespace := testcluster.Start(t).Namespace(t)
	makeConfigMaps(t, c, namespace, 5)
	c.pageSize = 2

	if names := listNames(t, c, namespace, "test=yes"); !slices.Equal(names, []string{"c0", "c1", "c2", "c3", "c4"}) {
		t.Errorf("listed %v", names)
	}
	if !slices.Equal(asked, []string{"2", "2", "2"}) {
		t.Errorf("pages asked for: %q", asked)
	}
	if names := listNames(t, c, namespace, "test=no"); len(names) != 0 {
		t.Errorf("listed in spite of the selector: %v", names)
	}
}

func TestListBeginsAgainWhenThePagesExpire(t *testing.T) {
	c := dial(t, (&faults{decide: func(_ int, r *http.Request) fault {
		if r.URL.Query().Get("continue") != "" {
			return fails(http.StatusGone, metav1.StatusReasonExpired, "the continue token is too old")
		}
		return nil
	}}).wrap)
	namespace := testcluster.Start(t).Namespace(t)
	makeConfigMaps(t, c, namespace, 5)
	c.pageSize = 2
	if names := listNames(t, c, namespace, "test=yes"); !slices.Equal(names, []string{"c0", "c1", "c2", "c3", "c4"}) {
		t.Errorf("listed %v", names)
	}
}

func makeConfigMaps(t *testing.T, c *Client, namespace string, n int) {
	t.Helper()
	for i := range n {
		if _, err := c.Apply(t.Context(), configMap(namespace, fmt.Sprintf("c%d", i), "v"), false); err != nil {
			t.Fatal(err)
		}
	}
}

func listNames(t *testing.T, c *Client, namespace, selector string) []string {
	t.Helper()
	objects, err := c.List(t.Context(), configMaps, namespace, selector)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, object := range objects {
		if object.GroupVersionKind() != configMaps {
			t.Errorf("%s is a %v", object.GetName(), object.GroupVersionKind())
		}
		names = append(names, object.GetName())
	}
	return names
}

func TestGetTellsErrorsApart(t *testing.T) {
	c := dial(t)
	if _, err := c.Get(t.Context(), configMaps, "default", "nothing"); !apierrors.IsNotFound(err) {
		t.Errorf("absent object: %v", err)
	}
	stranger := clusterConfig(t)
	stranger.Impersonate.UserName = "stranger"
	reader, err := New(stranger)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Get(t.Context(), configMaps, "default", "nothing"); !apierrors.IsForbidden(err) {
		t.Errorf("without the right to read: %v", err)
	}
	if _, err := c.Get(t.Context(), schema.GroupVersionKind{Group: "shop.example", Version: "v1", Kind: "Cart"}, "default", "x"); !meta.IsNoMatchError(err) {
		t.Errorf("kind that the cluster does not have: %v", err)
	}
}

func TestListMetadataHasNoContent(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	makeConfigMaps(t, c, namespace, 2)
	items, err := c.ListMetadata(t.Context(), configMaps, namespace, "test=yes")
	if err != nil {
		t.Fatal(err)
	}
	if len(items) != 2 || items[0].Name != "c0" || items[0].UID == "" || items[0].Labels["test"] != "yes" {
		t.Errorf("listed %+v", items)
	}
}

func TestServerVersion(t *testing.T) {
	version, err := dial(t).ServerVersion(t.Context())
	if err != nil || !strings.HasPrefix(version, "v1.") {
		t.Errorf("version %q, %v", version, err)
	}
}
