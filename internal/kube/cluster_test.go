package kube

import (
	"net/http"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"stowage/internal/testcluster"
)

var configMaps = schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}

// clusterConfig returns the way to the test cluster.
func clusterConfig(t *testing.T) *rest.Config {
	t.Helper()
	return rest.CopyConfig(testcluster.Start(t).Config)
}

// dial returns a client for the test cluster; each wrapper stands between it
// and the server.
func dial(t *testing.T, wrappers ...func(http.RoundTripper) http.RoundTripper) *Client {
	t.Helper()
	config := clusterConfig(t)
	for _, wrap := range wrappers {
		config.Wrap(wrap)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// object returns an object of the kind with these top-level fields; each is a
// name and a value.
func object(kind schema.GroupVersionKind, namespace, name string, fields ...any) *unstructured.Unstructured {
	u := &unstructured.Unstructured{Object: map[string]any{}}
	u.SetGroupVersionKind(kind)
	u.SetNamespace(namespace)
	u.SetName(name)
	for i := 0; i < len(fields); i += 2 {
		u.Object[fields[i].(string)] = fields[i+1]
	}
	return u
}

func configMap(namespace, name, value string) *unstructured.Unstructured {
	u := object(configMaps, namespace, name, "data", map[string]any{"key": value})
	u.SetLabels(map[string]string{"test": "yes"})
	return u
}
