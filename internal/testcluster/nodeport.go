package testcluster

import (
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The node ports that the cluster gives to no Service by itself: the first of its range, see the feature
// ServiceNodePortStaticSubrange.
const (
	firstNodePort = 30000
	nodePorts     = 86
)

// lent are the ports that tests of this process have, be there a Service with them or not.
var lent = struct {
	sync.Mutex
	ports map[int32]bool
}{ports: map[int32]bool{}}

// NodePort returns a free node port, which is the test's own until that ends.
func (c *Cluster) NodePort(t testing.TB) string {
	t.Helper()
	services, err := c.Client.CoreV1().Services(metav1.NamespaceAll).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	lent.Lock()
	defer lent.Unlock()
	taken := map[int32]bool{}
	for i := range services.Items {
		for _, port := range services.Items[i].Spec.Ports {
			taken[port.NodePort] = true
		}
	}
	// In no order, for another process not to try the same ones.
	for _, n := range rand.Perm(nodePorts) {
		port := int32(firstNodePort + n)
		if taken[port] || lent.ports[port] {
			continue
		}
		lent.ports[port] = true
		t.Cleanup(func() {
			lent.Lock()
			defer lent.Unlock()
			delete(lent.ports, port)
		})
		return strconv.Itoa(int(port))
	}
	t.Fatalf("none of the %d node ports is free", nodePorts)
	return ""
}
