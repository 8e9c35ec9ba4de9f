package kube

import (
	"context"
	"fmt"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
)

// logLimit bounds what is read of a log: tail lines may be long.
const logLimit = 256 << 10

// Logs returns the last lines that a container wrote, at most tail of them; with
// previous those of its run before the last restart.
func (c *Client) Logs(
	ctx context.Context, namespace, pod, container string, previous bool, tail int,
) ([]byte, error) {
	path := resource{schema.GroupVersionResource{Version: "v1", Resource: "pods"}, true}.path(namespace, pod) + "/log"
	return c.do(ctx, fmt.Sprintf("read the log of pod %s, container %s", pod, container), readTimeout, func() *rest.Request {
		return c.start("GET", path).
			Param("container", container).
			Param("previous", strconv.FormatBool(previous)).
			Param("tailLines", strconv.Itoa(tail)).
			Param("limitBytes", strconv.Itoa(logLimit))
	})
}

// Events returns the events about one object, as objects of kind Event of the
// core group, in no particular order. An empty uid takes those about all
// objects that had the name.
func (c *Client) Events(
	ctx context.Context, kind, namespace, name string, uid types.UID,
) ([]*unstructured.Unstructured, error) {
	about := fields.Set{"involvedObject.kind": kind, "involvedObject.name": name}
	if uid != "" {
		about["involvedObject.uid"] = string(uid)
	}
	events := schema.GroupVersionKind{Version: "v1", Kind: "Event"}
	r, err := c.resource(ctx, events)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("list the events of %s %s", kind, name)
	body, err := c.do(ctx, what, readTimeout, func() *rest.Request {
		return c.request("GET", r, namespace, "").
			Param("fieldSelector", about.AsSelector().String()).
			Param("limit", strconv.Itoa(pageSize))
	})
	if err != nil {
		return nil, err
	}
	list, err := decodeList(body, events)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return list.objects, nil
}
