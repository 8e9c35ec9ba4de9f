package kube

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
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

// faults stands before a real server and does to some requests what networks
// and servers do.
type faults struct {
	next http.RoundTripper
	// decide returns what happens to the n-th request, counted from 1; nil lets
	// it through.
	decide func(n int, r *http.Request) fault

	mu   sync.Mutex
	seen int
}

type fault func(f *faults, r *http.Request) (*http.Response, error)

func (f *faults) wrap(next http.RoundTripper) http.RoundTripper {
	f.next = next
	return f
}

func (f *faults) RoundTrip(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	f.seen++
	n := f.seen
	f.mu.Unlock()
	if fault := f.decide(n, r); fault != nil {
		return fault(f, r)
	}
	return f.next.RoundTrip(r)
}

// answers with a code instead of the server.
func answers(code int, body string) fault {
	return func(_ *faults, r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: code, Status: http.StatusText(code), Request: r, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
		}, nil
	}
}

// resets the connection before the server sees the request.
func resets(*faults, *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("read: %w", syscall.ECONNRESET)
}

// loses the answer: the server has done what was asked.
func loses(f *faults, r *http.Request) (*http.Response, error) {
	response, err := f.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, response.Body)
	return nil, errors.Join(err, response.Body.Close(), io.ErrUnexpectedEOF)
}
