package kube

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
)

// KappSelector returns the label selector of the objects of an app of kapp, which kapp keeps in a ConfigMap
// of the namespace. It is an error when there is no such app.
func (c *Client) KappSelector(ctx context.Context, namespace, app string) (string, error) {
	// Newer versions add a suffix, so that the name is not that of something else.
	for _, name := range []string{app, app + ".apps.k14s.io"} {
		record, err := c.Get(ctx, schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}, namespace, name)
		if isNotFound(err) {
			continue
		}
		if err != nil {
			return "", err
		}
		text, _, _ := unstructured.NestedString(record.Object, "data", "spec")
		var spec struct {
			LabelKey   string `json:"labelKey"`
			LabelValue string `json:"labelValue"`
		}
		if _, is := record.GetLabels()["kapp.k14s.io/is-app"]; !is || json.Unmarshal([]byte(text), &spec) != nil || spec.LabelKey == "" {
			continue
		}
		return spec.LabelKey + "=" + spec.LabelValue, nil
	}
	return "", fmt.Errorf("there is no kapp app %s in namespace %s", app, namespace)
}
