package planner_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

// What a binding gives and which controller makes a load balancer can only be said of
// new objects.
func TestS33BindingsAndLoadBalancersAreReplaced(t *testing.T) {
	t.Parallel()
	const manifests = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: reader
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- kind: ServiceAccount
  name: default
  namespace: default
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
  loadBalancerClass: example.com/one
  ports:
  - name: http
    port: 80
    protocol: TCP
    targetPort: 80
`
	c := newCluster(t, true)
	c.carryOut(t, c.plan(t, manifests, planner.Options{}))
	cases := []struct{ name, old, new, want string }{
		{"another role", "name: view", "name: edit", "replace RoleBinding: it is gone for a moment"},
		{"another class", "example.com/one", "example.com/two", "replace Service: DOWNTIME: Service web gets a new address and is gone for a moment"},
		{"no class", "  loadBalancerClass: example.com/one\n", "", "replace Service: DOWNTIME: Service web gets a new address and is gone for a moment"},
		{"another type", "  type: LoadBalancer\n  loadBalancerClass: example.com/one\n", "  type: ClusterIP\n", "update Service: Service type LoadBalancer -> ClusterIP; ports change; no pod rolls"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			p, err := c.tryPlan(t, strings.Replace(manifests, tc.old, tc.new, 1), planner.Options{})
			if d := cmp.Diff([]string{tc.want}, labels(t, p, err)); d != "" {
				t.Error(d)
			}
		})
	}
}
