package kube

import (
	"context"
	"fmt"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/rest"
)

// pageSize is the number of objects in one answer to a LIST.
const pageSize = 500

// List returns all objects of a kind that match the label selector, however
// many pages that takes. Namespace "" lists cluster-scoped kinds, or all
// namespaces.
func (c *Client) List(
	ctx context.Context, kind schema.GroupVersionKind, namespace, selector string,
) ([]*unstructured.Unstructured, error) {
	list, err := c.list(ctx, kind, namespace, selector)
	if err != nil {
		return nil, err
	}
	return list.objects, nil
}

// list is a whole LIST: all its pages, and the version of the collection that
// a watch goes on from.
func (c *Client) list(ctx context.Context, kind schema.GroupVersionKind, namespace, selector string) (*objectList, error) {
	r, err := c.resource(ctx, kind)
	if err != nil {
		return nil, err
	}
	all := &objectList{}
	for limit, token := c.pageSize, ""; ; {
		page, err := c.page(ctx, kind, r, namespace, selector, limit, token)
		if token != "" && apierrors.IsResourceExpired(err) {
			// The snapshot that the pages came from is gone: begin again, all at once.
			all, limit, token = &objectList{}, 0, ""
			continue
		}
		if err != nil {
			return nil, err
		}
		all.objects = append(all.objects, page.objects...)
		all.resourceVersion = page.resourceVersion
		if token = page.token; token == "" {
			return all, nil
		}
	}
}

// page is one page of a LIST. A limit of 0 asks for everything at once.
func (c *Client) page(
	ctx context.Context, kind schema.GroupVersionKind, r resource, namespace, selector string, limit int, token string,
) (*objectList, error) {
	what := fmt.Sprintf("list %s", r.Resource)
	body, err := c.do(ctx, what, readTimeout, func() *rest.Request {
		request := c.request("GET", r, namespace, "")
		if selector != "" {
			request.Param("labelSelector", selector)
		}
		if limit > 0 {
			request.Param("limit", strconv.Itoa(limit))
		}
		if token != "" {
			request.Param("continue", token)
		}
		return request
	})
	if err != nil {
		return nil, err
	}
	page, err := decodeList(body, kind)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return page, nil
}

// Get returns one object.
func (c *Client) Get(
	ctx context.Context, kind schema.GroupVersionKind, namespace, name string,
) (*unstructured.Unstructured, error) {
	r, err := c.resource(ctx, kind)
	if err != nil {
		return nil, err
	}
	return c.object(ctx, fmt.Sprintf("get %s %s", kind.Kind, name), readTimeout, func() *rest.Request {
		return c.request("GET", r, namespace, name)
	})
}

// ListMetadata returns the metadata of all objects of a kind that match the
// label selector, without their content.
func (c *Client) ListMetadata(
	ctx context.Context, kind schema.GroupVersionKind, namespace, selector string,
) ([]metav1.PartialObjectMetadata, error) {
	r, err := c.resource(ctx, kind)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("list %s", r.Resource)
	body, err := c.do(ctx, what, readTimeout, func() *rest.Request {
		return c.request("GET", r, namespace, "").
			Param("labelSelector", selector).
			SetHeader("Accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json")
	})
	if err != nil {
		return nil, err
	}
	var list metav1.PartialObjectMetadataList
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return list.Items, nil
}

// object makes a request that answers with one object.
func (c *Client) object(
	ctx context.Context, what string, limit time.Duration, request func() *rest.Request,
) (*unstructured.Unstructured, error) {
	body, err := c.do(ctx, what, limit, request)
	if err != nil {
		return nil, err
	}
	object, err := decodeObject(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return object, nil
}

func isNotFound(err error) bool { return apierrors.IsNotFound(err) }
