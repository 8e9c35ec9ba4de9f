package kube

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"stowage/internal/testcluster"
)

// named writes objects as "Kind name", those of the server's own apart.
func named(objects []*unstructured.Unstructured) []string {
	var names []string
	for _, u := range objects {
		if u.GetName() != "kube-root-ca.crt" && u.GetName() != "default" {
			names = append(names, u.GetKind()+" "+u.GetName())
		}
	}
	return names
}

// defineThings makes a custom kind of the test's own, and returns it.
func defineThings(t *testing.T, c *Client, scope string) schema.GroupVersionKind {
	t.Helper()
	group := strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-")) + ".example.com"
	definition := object(schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"}, "", "things."+group, "spec", map[string]any{
		"group": group, "scope": scope, "names": map[string]any{"kind": "Thing", "plural": "things"},
		"versions": []any{map[string]any{
			"name": "v1", "served": true, "storage": true,
			"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
		}},
	})
	if _, err := c.Apply(t.Context(), definition, true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Delete(context.WithoutCancel(t.Context()), definition.GroupVersionKind(), "", definition.GetName(), "", "")
	})
	return schema.GroupVersionKind{Group: group, Version: "v1", Kind: "Thing"}
}

func mustApplyAll(t *testing.T, c *Client, objects ...*unstructured.Unstructured) {
	t.Helper()
	for _, u := range objects {
		if _, err := c.Apply(t.Context(), u, true); err != nil {
			t.Fatal(err)
		}
	}
}

// awaitListed waits until discovery, which is behind by a moment, lists a kind.
func awaitListed(t *testing.T, c *Client, kind schema.GroupVersionKind) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	for {
		kinds, _, err := c.kinds(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(kinds, func(k listedKind) bool { return k.kind == kind }) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s is never listed", kind)
		}
	}
}

func TestObjectsOfANamespaceOfEveryKind(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	thing := defineThings(t, c, "Namespaced")
	awaitListed(t, c, thing)
	labelled := object(thing, namespace, "labelled")
	labelled.SetLabels(map[string]string{"team": "blue"})
	mustApplyAll(t, c,
		configMap(namespace, "settings", "x"), labelled, object(thing, namespace, "plain"),
		object(schema.GroupVersionKind{Group: "autoscaling", Version: "v2", Kind: "HorizontalPodAutoscaler"}, namespace, "web", "spec", map[string]any{
			"maxReplicas": int64(2), "scaleTargetRef": map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
		}),
	)
	found, unread, err := c.Objects(t.Context(), Selection{Namespace: namespace})
	if err != nil || len(unread) > 0 {
		t.Fatal(err, unread)
	}
	want := []string{"ConfigMap settings", "HorizontalPodAutoscaler web", "Namespace " + namespace, "Thing labelled", "Thing plain"}
	if diff := cmp.Diff(want, named(found)); diff != "" {
		t.Error(diff)
	}
	for _, u := range found {
		if u.GetKind() == "HorizontalPodAutoscaler" && u.GetAPIVersion() != "autoscaling/v2" {
			t.Errorf("read as %s", u.GetAPIVersion())
		}
	}
	found, _, err = c.Objects(t.Context(), Selection{Namespace: namespace, Selector: "team=blue"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Thing labelled"}, named(found)); diff != "" {
		t.Error(diff)
	}
}

func TestASelectorFindsObjectsOfNoNamespace(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	role := object(schema.GroupVersionKind{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "ClusterRole"}, "", namespace)
	role.SetLabels(map[string]string{"app-of": namespace})
	mustApplyAll(t, c, role)
	t.Cleanup(func() {
		_ = c.Delete(context.WithoutCancel(t.Context()), role.GroupVersionKind(), "", role.GetName(), "", "")
	})
	for everywhere, want := range map[bool][]string{true: {"ClusterRole " + namespace}, false: nil} {
		found, unread, err := c.Objects(t.Context(), Selection{Namespace: namespace, Selector: "app-of=" + namespace, Everywhere: everywhere})
		if err != nil || len(unread) > 0 {
			t.Fatal(err, unread)
		}
		if diff := cmp.Diff(want, named(found)); diff != "" {
			t.Error(diff)
		}
	}
}

// An account that may read some kinds gets these, and is told of the others.
func TestKindsThatMayNotBeListedAreSaid(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	rbac := func(kind string) schema.GroupVersionKind {
		return schema.GroupVersionKind{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: kind}
	}
	mustApplyAll(t, c,
		configMap(namespace, "settings", "x"),
		object(rbac("Role"), namespace, "reader", "rules", []any{map[string]any{
			"apiGroups": []any{""}, "resources": []any{"configmaps"}, "verbs": []any{"list"},
		}}),
		object(rbac("RoleBinding"), namespace, "reader", "roleRef", map[string]any{"kind": "Role", "name": "reader", "apiGroup": "rbac.authorization.k8s.io"},
			"subjects", []any{map[string]any{"kind": "User", "name": namespace, "apiGroup": "rbac.authorization.k8s.io"}}),
	)
	config := clusterConfig(t)
	config.Impersonate = rest.ImpersonationConfig{UserName: namespace, Groups: []string{"system:authenticated"}}
	limited, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	found, unread, err := limited.Objects(t.Context(), Selection{Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ConfigMap settings"}, named(found)); diff != "" {
		t.Error(diff)
	}
	var secrets []string
	for _, u := range unread {
		if !apierrors.IsForbidden(u.Err) {
			t.Errorf("%s is not forbidden", u)
		}
		if u.Kind.Kind == "Secret" || u.Kind.Kind == "Namespace" {
			secrets = append(secrets, strings.SplitAfter(u.String(), ": ")[0])
		}
	}
	if diff := cmp.Diff([]string{"Namespace " + namespace + ": ", "Secret: "}, secrets); diff != "" {
		t.Error(diff)
	}
}

func TestAServerThatIsGoneIsAnError(t *testing.T) {
	gone := errors.New("gone")
	c := dial(t, func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			if strings.HasPrefix(request.URL.Path, "/api/v1/namespaces/") {
				return nil, gone
			}
			return next.RoundTrip(request)
		})
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, _, err := c.Objects(ctx, Selection{Namespace: "default"}); err == nil {
		t.Error("no error")
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// A server that does not know the aggregated answer gives the groups alone.
func TestDiscoveryOfOldServers(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	old := dial(t, func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			request = request.Clone(request.Context())
			request.Header.Set("Accept", "application/json")
			mu.Lock()
			asked = append(asked, request.URL.Path)
			mu.Unlock()
			return next.RoundTrip(request)
		})
	})
	write := func(kinds []listedKind) []string {
		var lines []string
		for _, k := range kinds {
			if !strings.HasSuffix(k.kind.Group, ".example.com") { // of other tests
				lines = append(lines, fmt.Sprint(k))
			}
		}
		slices.Sort(lines)
		return lines
	}
	slow, _, err := old.kinds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fast, _, err := dial(t).kinds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(write(fast), write(slow)); diff != "" || len(write(fast)) < 40 {
		t.Errorf("%d kinds: %s", len(fast), diff)
	}
	if len(asked) < 10 {
		t.Errorf("asked for %q", asked)
	}
}
