package kube

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
)

// resource is where the objects of a kind are found.
type resource struct {
	schema.GroupVersionResource
	namespaced bool
}

// path returns the resource's path, or that of one object when name is not
// empty. A namespace is left out of the path of a cluster-scoped resource.
func (r resource) path(namespace, name string) string {
	path := "/apis/" + r.Group + "/" + r.Version
	if r.Group == "" {
		path = "/api/" + r.Version
	}
	if r.namespaced && namespace != "" {
		path += "/namespaces/" + namespace
	}
	path += "/" + r.Resource
	if name != "" {
		path += "/" + name
	}
	return path
}

// resource returns where a kind is found: from what is known of the built-in
// kinds, and from discovery of one group and version for all others.
func (c *Client) resource(ctx context.Context, kind schema.GroupVersionKind) (resource, error) {
	if scope, ok := builtin[kind.GroupKind()]; ok {
		plural, _ := meta.UnsafeGuessKindToResource(kind)
		return resource{plural, scope == inNamespace}, nil
	}
	c.mu.Lock()
	custom := c.custom[kind.GroupVersion()]
	if custom == nil {
		custom = &customKinds{}
		c.custom[kind.GroupVersion()] = custom
	}
	c.mu.Unlock()
	return custom.find(ctx, c, kind)
}

// Resource returns the plural name of a kind, by which its objects are found, and
// whether these are in namespaces. It is a meta.NoKindMatchError when the cluster has
// no such kind.
func (c *Client) Resource(ctx context.Context, kind schema.GroupVersionKind) (plural string, namespaced bool, err error) {
	r, err := c.resource(ctx, kind)
	return r.Resource, r.namespaced, err
}

// discoveryBackoff spreads the attempts to find a new kind over four seconds.
var discoveryBackoff = wait.Backoff{Duration: 100 * time.Millisecond, Factor: 3, Jitter: 0.3, Steps: 5}

// awaitResource is resource for a kind whose definition may have been applied
// just now: discovery knows of it a moment later.
func (c *Client) awaitResource(ctx context.Context, kind schema.GroupVersionKind) (resource, error) {
	var r resource
	var err error
	waitErr := wait.ExponentialBackoffWithContext(ctx, discoveryBackoff, func(ctx context.Context) (bool, error) {
		r, err = c.resource(ctx, kind)
		return !meta.IsNoMatchError(err), nil
	})
	if err == nil && waitErr != nil { // the context ended before the first attempt
		err = context.Cause(ctx)
	}
	return r, err
}

// customKinds holds the kinds of one group and version, once discovered.
type customKinds struct {
	mu    sync.Mutex // held during discovery, so that it happens once
	kinds map[string]resource
}

// find returns the resource of a kind, or a meta.NoKindMatchError when the
// cluster does not have it. Kinds that are not found are asked for again: a
// definition may be on its way.
func (k *customKinds) find(ctx context.Context, c *Client, kind schema.GroupVersionKind) (resource, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if r, ok := k.kinds[kind.Kind]; ok {
		return r, nil
	}
	kinds, err := c.discover(ctx, kind.GroupVersion())
	if err != nil {
		return resource{}, err
	}
	k.kinds = kinds
	if r, ok := kinds[kind.Kind]; ok {
		return r, nil
	}
	return resource{}, &meta.NoKindMatchError{GroupKind: kind.GroupKind(), SearchedVersions: []string{kind.Version}}
}

// discover asks for the kinds of one group and version; there are none when
// the cluster does not know the group.
func (c *Client) discover(ctx context.Context, gv schema.GroupVersion) (map[string]resource, error) {
	list, err := c.resources(ctx, gv)
	if err != nil || list == nil {
		return nil, err
	}
	kinds := map[string]resource{}
	for _, r := range list {
		if !isSubresource(r.Name) {
			kinds[r.Kind] = resource{gv.WithResource(r.Name), r.Namespaced}
		}
	}
	return kinds, nil
}

// resources asks for the resources of one group and version, subresources among
// them; nil when the cluster does not know the group.
func (c *Client) resources(ctx context.Context, gv schema.GroupVersion) ([]metav1.APIResource, error) {
	what := fmt.Sprintf("discover %s", gv)
	body, err := c.do(ctx, what, readTimeout, func() *rest.Request {
		return c.start("GET", discoveryPath(gv))
	})
	if isNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list metav1.APIResourceList
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return list.APIResources, nil
}

func discoveryPath(gv schema.GroupVersion) string {
	if gv.Group == "" {
		return "/api/" + gv.Version
	}
	return "/apis/" + gv.String()
}

func isSubresource(name string) bool { return strings.Contains(name, "/") }
