package kube

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// ClusterUID returns what tells a cluster from every other one, whatever its
// address is: the UID of its namespace kube-system, which is made with the
// cluster and never again. It takes the right to get that namespace; without it
// the error is Forbidden, and says nothing about which cluster this is.
func (c *Client) ClusterUID(ctx context.Context) (string, error) {
	namespaces := schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}
	namespace, err := c.Get(ctx, namespaces, "", metav1.NamespaceSystem)
	if err != nil {
		return "", err
	}
	return string(namespace.GetUID()), nil
}
