package planner

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/dsl"
)

// Kinds are kinds that a cluster knows, and neither this program nor the configuration.
type Kinds map[schema.GroupVersionKind]*kind

// KindReader is what finding kinds may ask of a cluster.
type KindReader interface {
	// Resource returns the plural name of a kind, by which its objects are found, and
	// whether these are in namespaces. The error is a meta.NoKindMatchError when the
	// cluster has no such kind.
	Resource(ctx context.Context, kind schema.GroupVersionKind) (plural string, namespaced bool, err error)
	// Get returns one object.
	Get(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, error)
}

var definitionKind = schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"}

// FindKinds asks the cluster for those kinds of a configuration that are neither built in
// nor defined there. It makes no request when there are none. Kinds that the cluster has
// not are reported at once, as a *multierror.Error of *ObjectError.
func FindKinds(ctx context.Context, cfg *dsl.Config, r KindReader) (Kinds, error) {
	f := renderer{release: cfg.Release, defined: definedIn(cfg.Resources), known: Kinds{}}
	for _, res := range cfg.Resources {
		k, err := f.kindOf(res)
		if err != nil || !k.unknown {
			continue // what is wrong with it, Render says
		}
		found, err := findKind(ctx, r, k.GroupVersionKind)
		switch {
		case meta.IsNoMatchError(err):
			f.fail(&ObjectError{
				ID: ObjectID{Group: k.Group, Kind: k.Kind, Name: res.Name}, Origin: OriginOf(res.KindRange),
				Err:  fmt.Errorf("neither the configuration nor the cluster has a kind %s in %s", k.Kind, k.GroupVersion()),
				Hint: "check kind and api_version, or add the CustomResourceDefinition to the configuration",
			})
		case err != nil:
			return nil, fmt.Errorf("cannot look for kind %s: %w", k.Kind, err)
		default:
			f.known[k.GroupVersionKind] = found
		}
	}
	return f.known, joined(f.errs)
}

// findKind returns what the cluster says of a kind. Without the right to read the
// definition, what is wrong with its objects is left to the server to say.
func findKind(ctx context.Context, r KindReader, gvk schema.GroupVersionKind) (*kind, error) {
	plural, namespaced, err := r.Resource(ctx, gvk)
	if err != nil {
		return nil, err
	}
	found := &kind{GroupVersionKind: gvk, clusterScoped: !namespaced, unknown: true}
	definition, err := r.Get(ctx, definitionKind, "", plural+"."+gvk.Group)
	var status apierrors.APIStatus
	switch {
	case err == nil:
		defined := customKinds{}
		defined.add(definition.Object)
		if k, err := defined.find(gvk.Kind, gvk.GroupVersion().String()); k != nil && err == nil {
			found = k
		}
	case !errors.As(err, &status) || !apierrors.IsNotFound(err) && !apierrors.IsForbidden(err):
		return nil, err
	}
	return found, nil
}
