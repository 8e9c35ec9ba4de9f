package release

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"stowage/internal/kube"
	"stowage/internal/testcluster"
)

// dial returns a client for the test cluster.
func dial(t *testing.T) *kube.Client {
	t.Helper()
	c, err := kube.Connect(kube.Options{Kubeconfig: testcluster.Start(t).Kubeconfig})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// request is what a tap sees of a request.
type request struct {
	verb string // list, get, create, update, patch, delete
	kind string
	name string // empty: a list
}

func (r request) isWrite() bool { return !slices.Contains([]string{"get", "list"}, r.verb) }

// tap is a client that hands each request to a function, which sends it, or
// does not, and may say that it failed when it did not.
type tap struct {
	Client
	on func(ctx context.Context, r request, send func() error) error
}

func (c *tap) ListMetadata(
	ctx context.Context, kind schema.GroupVersionKind, namespace, selector string,
) (items []metav1.PartialObjectMetadata, err error) {
	err = c.on(ctx, request{"list", kind.Kind, ""}, func() (err error) {
		items, err = c.Client.ListMetadata(ctx, kind, namespace, selector)
		return err
	})
	return items, err
}

func (c *tap) Get(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string,
) (*unstructured.Unstructured, error) {
	return c.one(ctx, request{"get", kind.Kind, name}, func() (*unstructured.Unstructured, error) {
		return c.Client.Get(ctx, kind, namespace, name)
	})
}

func (c *tap) Create(ctx context.Context, u *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	return c.one(ctx, request{"create", u.GetKind(), u.GetName()}, func() (*unstructured.Unstructured, error) {
		return c.Client.Create(ctx, u)
	})
}

func (c *tap) Update(ctx context.Context, u *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	return c.one(ctx, request{"update", u.GetKind(), u.GetName()}, func() (*unstructured.Unstructured, error) {
		return c.Client.Update(ctx, u)
	})
}

func (c *tap) MergePatch(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string, patch []byte,
) (*unstructured.Unstructured, error) {
	return c.one(ctx, request{"patch", kind.Kind, name}, func() (*unstructured.Unstructured, error) {
		return c.Client.MergePatch(ctx, kind, namespace, name, patch)
	})
}

func (c *tap) Delete(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string, uid types.UID, p metav1.DeletionPropagation,
) error {
	return c.on(ctx, request{"delete", kind.Kind, name}, func() error {
		return c.Client.Delete(ctx, kind, namespace, name, uid, p)
	})
}

func (c *tap) one(
	ctx context.Context, r request, send func() (*unstructured.Unstructured, error),
) (u *unstructured.Unstructured, err error) {
	err = c.on(ctx, r, func() (err error) {
		u, err = send()
		return err
	})
	return u, err
}

var errKilled = errors.New("killed")

// killed is a client whose process is killed after so many writes: those that
// follow do not happen.
func killed(c Client, after int) Client {
	var writes atomic.Int64
	return &tap{c, func(_ context.Context, r request, send func() error) error {
		if r.isWrite() && writes.Add(1) > int64(after) {
			return errKilled
		}
		return send()
	}}
}

// counting is a client that counts its requests.
func counting(c Client) (Client, *atomic.Int64) {
	requests := new(atomic.Int64)
	return &tap{c, func(_ context.Context, _ request, send func() error) error {
		requests.Add(1)
		return send()
	}}, requests
}
