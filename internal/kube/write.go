package kube

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
)

// Apply makes the cluster's object hold the fields of the given one, by
// server-side apply, and returns the result. Unknown fields are refused. A
// field that another manager owns with another value is a Conflict, unless
// force takes it over.
func (c *Client) Apply(
	ctx context.Context, object *unstructured.Unstructured, force bool,
) (*unstructured.Unstructured, error) {
	return c.apply(ctx, object, force, false)
}

// DryRun returns what a forced Apply would make of the object, without storing
// it.
func (c *Client) DryRun(
	ctx context.Context, object *unstructured.Unstructured,
) (*unstructured.Unstructured, error) {
	return c.apply(ctx, object, true, true)
}

func (c *Client) apply(
	ctx context.Context, object *unstructured.Unstructured, force, dryRun bool,
) (*unstructured.Unstructured, error) {
	find := c.awaitResource
	if dryRun {
		find = c.resource
	}
	r, err := find(ctx, object.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	body, err := encodeApply(object)
	if err != nil {
		return nil, err
	}
	return c.object(ctx, "apply "+title(object), writeTimeout, func() *rest.Request {
		request := c.request("PATCH", r, object.GetNamespace(), object.GetName()).
			SetHeader("Content-Type", string(types.ApplyYAMLPatchType)).
			Param("fieldManager", FieldManager).
			Param("fieldValidation", metav1.FieldValidationStrict).
			Body(body)
		if force {
			request.Param("force", "true")
		}
		if dryRun {
			request.Param("dryRun", metav1.DryRunAll)
		}
		return request
	})
}

// Create makes an object that must not exist yet; it is AlreadyExists if it
// does. An answer that got lost on the way may turn a success into that error.
func (c *Client) Create(
	ctx context.Context, object *unstructured.Unstructured,
) (*unstructured.Unstructured, error) {
	return c.send(ctx, "POST", "create", object, "")
}

// Update replaces an object; it is a Conflict when the object is not at the
// resource version given, if one is. An answer that got lost on the way may turn
// a success into that error.
func (c *Client) Update(
	ctx context.Context, object *unstructured.Unstructured,
) (*unstructured.Unstructured, error) {
	return c.send(ctx, "PUT", "update", object, object.GetName())
}

// MergePatch merges a JSON merge patch into an existing object.
func (c *Client) MergePatch(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string, patch []byte,
) (*unstructured.Unstructured, error) {
	return c.patch(ctx, kind, namespace, name, "", types.MergePatchType, patch, false)
}

// PatchStatus is MergePatch through the status subresource, which leaves the specification
// and the labels of an object as they are.
func (c *Client) PatchStatus(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string, patch []byte,
) (*unstructured.Unstructured, error) {
	return c.patch(ctx, kind, namespace, name, "status", types.MergePatchType, patch, false)
}

// JSONPatch carries out a JSON patch (RFC 6902) on an existing object. It is a Conflict
// when the patch replaces the resource version by another one than the object's.
func (c *Client) JSONPatch(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string, patch []byte,
) (*unstructured.Unstructured, error) {
	return c.patch(ctx, kind, namespace, name, "", types.JSONPatchType, patch, false)
}

// DryRunPatch returns what a JSONPatch would make of an object, without storing it.
func (c *Client) DryRunPatch(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string, patch []byte,
) (*unstructured.Unstructured, error) {
	return c.patch(ctx, kind, namespace, name, "", types.JSONPatchType, patch, true)
}

func (c *Client) patch(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name, subresource string,
	form types.PatchType, patch []byte, dryRun bool,
) (*unstructured.Unstructured, error) {
	r, err := c.resource(ctx, kind)
	if err != nil {
		return nil, err
	}
	return c.object(ctx, fmt.Sprintf("patch %s %s", kind.Kind, name), writeTimeout, func() *rest.Request {
		request := c.request("PATCH", r, namespace, name).
			Suffix(subresource).
			SetHeader("Content-Type", string(form)).
			Param("fieldManager", FieldManager).
			Param("fieldValidation", metav1.FieldValidationStrict).
			Body(patch)
		if dryRun {
			request.Param("dryRun", metav1.DryRunAll)
		}
		return request
	})
}

// Delete starts the deletion of an object. With a uid only that very object is
// deleted: another one of the same name is a Conflict. An empty propagation
// leaves what becomes of its dependents to the kind.
func (c *Client) Delete(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string,
	uid types.UID, propagation metav1.DeletionPropagation,
) error {
	r, err := c.resource(ctx, kind)
	if err != nil {
		return err
	}
	options := metav1.DeleteOptions{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "DeleteOptions"}}
	if uid != "" {
		options.Preconditions = &metav1.Preconditions{UID: &uid}
	}
	if propagation != "" {
		options.PropagationPolicy = &propagation
	}
	body, err := json.Marshal(options)
	if err != nil {
		return fmt.Errorf("encode delete options: %w", err)
	}
	_, err = c.do(ctx, fmt.Sprintf("delete %s %s", kind.Kind, name), writeTimeout, func() *rest.Request {
		return c.request("DELETE", r, namespace, name).Body(body)
	})
	return err
}

// send writes a whole object to the path of its resource or, with a name, to
// its own.
func (c *Client) send(
	ctx context.Context, verb, action string, object *unstructured.Unstructured, name string,
) (*unstructured.Unstructured, error) {
	r, err := c.resource(ctx, object.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(object.Object)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", title(object), err)
	}
	return c.object(ctx, action+" "+title(object), writeTimeout, func() *rest.Request {
		return c.request(verb, r, object.GetNamespace(), name).
			Param("fieldManager", FieldManager).
			Param("fieldValidation", metav1.FieldValidationStrict).
			Body(body)
	})
}

// title names an object as people say it: "Deployment petclinic".
func title(object *unstructured.Unstructured) string {
	return object.GetKind() + " " + object.GetName()
}
