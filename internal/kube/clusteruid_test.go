package kube

import (
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"stowage/internal/testcluster"
)

// TestClusterUID expects the identity that other tools give the cluster.
func TestClusterUID(t *testing.T) {
	namespace, err := testcluster.Start(t).Client.CoreV1().Namespaces().Get(t.Context(), metav1.NamespaceSystem, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	uid, err := dial(t).ClusterUID(t.Context())
	if err != nil || uid != string(namespace.UID) {
		t.Errorf("cluster %q, %v; want %q", uid, err, namespace.UID)
	}
}

// TestClusterUIDTakesARight expects an account that may not read the identity to
// be told so, and no identity.
func TestClusterUIDTakesARight(t *testing.T) {
	config := clusterConfig(t)
	config.Impersonate.UserName = "stranger"
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	if uid, err := c.ClusterUID(t.Context()); !apierrors.IsForbidden(err) || uid != "" {
		t.Errorf("cluster %q, %v; want Forbidden and nothing else", uid, err)
	}
}
