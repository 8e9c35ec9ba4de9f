package kube

import (
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/watch"
)

// objectList is one page of a LIST, or all of them.
type objectList struct {
	objects         []*unstructured.Unstructured
	resourceVersion string
	token           string // continues at the next page; empty on the last
}

func decodeObject(data []byte) (*unstructured.Unstructured, error) {
	var content map[string]any
	if err := json.Unmarshal(data, &content); err != nil {
		return nil, fmt.Errorf("decode answer: %w", err)
	}
	return &unstructured.Unstructured{Object: content}, nil
}

// decodeList decodes a list in one pass, which the codec of apimachinery needs
// three for. Items do not say their kind, so they are told.
func decodeList(data []byte, kind schema.GroupVersionKind) (*objectList, error) {
	var answer struct {
		Metadata metav1.ListMeta  `json:"metadata"`
		Items    []map[string]any `json:"items"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, fmt.Errorf("decode answer: %w", err)
	}
	list := &objectList{
		objects:         make([]*unstructured.Unstructured, len(answer.Items)),
		resourceVersion: answer.Metadata.ResourceVersion,
		token:           answer.Metadata.Continue,
	}
	apiVersion, name := kind.ToAPIVersionAndKind()
	for i, content := range answer.Items {
		content["apiVersion"], content["kind"] = apiVersion, name
		list.objects[i] = &unstructured.Unstructured{Object: content}
	}
	return list, nil
}

// watchEvent is one line of a watch: what happened, to which object.
type watchEvent struct {
	kind   watch.EventType
	object *unstructured.Unstructured
}

func decodeEvent(line []byte) (watchEvent, error) {
	var answer struct {
		Type   watch.EventType `json:"type"`
		Object map[string]any  `json:"object"`
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return watchEvent{}, fmt.Errorf("decode answer: %w", err)
	}
	return watchEvent{answer.Type, &unstructured.Unstructured{Object: answer.Object}}, nil
}

// status returns the error that an event of type Error carries.
func (e watchEvent) status() error {
	var status metav1.Status
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(e.object.Object, &status); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	return &apierrors.StatusError{ErrStatus: status}
}
