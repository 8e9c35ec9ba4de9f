package release

import (
	"context"
	"errors"
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

// killed is a client whose process is killed before a write: it and all that
// follow do not happen.
type killed struct {
	Client
	after  int // writes that happen
	writes atomic.Int64
}

var errKilled = errors.New("killed")

func (k *killed) write() error {
	if k.writes.Add(1) > int64(k.after) {
		return errKilled
	}
	return nil
}

func (k *killed) Create(ctx context.Context, u *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	if err := k.write(); err != nil {
		return nil, err
	}
	return k.Client.Create(ctx, u)
}

func (k *killed) Update(ctx context.Context, u *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	if err := k.write(); err != nil {
		return nil, err
	}
	return k.Client.Update(ctx, u)
}

func (k *killed) MergePatch(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string, patch []byte,
) (*unstructured.Unstructured, error) {
	if err := k.write(); err != nil {
		return nil, err
	}
	return k.Client.MergePatch(ctx, kind, namespace, name, patch)
}

func (k *killed) Delete(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string, uid types.UID, p metav1.DeletionPropagation,
) error {
	if err := k.write(); err != nil {
		return err
	}
	return k.Client.Delete(ctx, kind, namespace, name, uid, p)
}

// counting counts the requests that a store makes.
type counting struct {
	Client
	requests atomic.Int64
}

func (c *counting) ListMetadata(
	ctx context.Context, kind schema.GroupVersionKind, namespace, selector string,
) ([]metav1.PartialObjectMetadata, error) {
	c.requests.Add(1)
	return c.Client.ListMetadata(ctx, kind, namespace, selector)
}

func (c *counting) Get(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string,
) (*unstructured.Unstructured, error) {
	c.requests.Add(1)
	return c.Client.Get(ctx, kind, namespace, name)
}
