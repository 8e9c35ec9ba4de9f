package planner

import (
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// isBinding reports whether it is the identity of a RoleBinding or
// ClusterRoleBinding.
func isBinding(id ObjectID) bool {
	return id.Group == rbacv1.GroupName && strings.HasSuffix(id.Kind, "Binding")
}

// boundRole returns the role that a binding gives.
func boundRole(u *unstructured.Unstructured) ObjectID {
	kind, _, _ := unstructured.NestedString(u.Object, "roleRef", "kind")
	name, _, _ := unstructured.NestedString(u.Object, "roleRef", "name")
	role := ObjectID{Group: rbacv1.GroupName, Kind: kind, Name: name}
	if kind == "Role" {
		role.Namespace = u.GetNamespace()
	}
	return role
}

// boundAccounts returns the service accounts that a binding gives a role to.
func boundAccounts(u *unstructured.Unstructured) []ObjectID {
	var accounts []ObjectID
	for _, subject := range maplist(u.Object["subjects"]) {
		if subject["kind"] != rbacv1.ServiceAccountKind {
			continue
		}
		name, _ := subject["name"].(string)
		namespace, _ := subject["namespace"].(string)
		accounts = append(accounts, ObjectID{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name})
	}
	return accounts
}

// binding makes a binding need its role and the accounts that it is for.
func (g *Graph) binding(i int) {
	o := g.objects[i]
	for _, id := range append(boundAccounts(o.Manifest), boundRole(o.Manifest)) {
		if to, ok := g.index[id]; ok {
			g.need(i, edge{to, Applied, o.Origin})
		}
	}
}

// rights makes pods need what gives their account its rights: they use them as soon
// as they start.
func (g *Graph) rights(i int, account ObjectID) {
	for _, to := range g.bindings[account] {
		g.need(i, edge{to, Applied, g.objects[i].Origin})
	}
}
