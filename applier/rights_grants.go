package applier

import (
	"fmt"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"stowage/planner"
)

// addGrants adds what an account must have to give it to others: the API server lets
// nobody make a Role with rights that they do not have themselves, nor bind one. The
// right to escalate would be less to write and far more to give.
func addGrants(r *planner.Rights, c *planner.Change, objects []planner.Object) {
	if c.ID.Group != rbacv1.GroupName {
		return
	}
	switch c.ID.Kind {
	case "Role", "ClusterRole":
		var role rbacv1.ClusterRole // which has all that a Role has
		if runtime.DefaultUnstructuredConverter.FromUnstructured(c.Object.Object, &role) != nil {
			return // the server will say what is wrong with it
		}
		addRole(r, c, &role)
	case "RoleBinding", "ClusterRoleBinding":
		var binding rbacv1.ClusterRoleBinding
		if runtime.DefaultUnstructuredConverter.FromUnstructured(c.Object.Object, &binding) != nil {
			return
		}
		addBinding(r, c, binding.RoleRef, objects)
	}
}

func addRole(r *planner.Rights, c *planner.Change, role *rbacv1.ClusterRole) {
	like := rightOf(c, "", fmt.Sprintf("make %s, which gives this on: nobody can give what they do not have", c.ID))
	if role.AggregationRule != nil { // what it will have in the end, nobody knows
		like.Name, like.Group, like.Resource = c.ID.Name, rbacv1.GroupName, "clusterroles"
		r.AddTo(like, "escalate")
		return
	}
	for _, rule := range role.Rules {
		for _, path := range rule.NonResourceURLs {
			r.AddTo(planner.Right{URL: path, Why: like.Why, For: like.For, Origin: like.Origin}, rule.Verbs...)
		}
		names := rule.ResourceNames
		if len(names) == 0 {
			names = []string{""}
		}
		for _, like.Group = range rule.APIGroups {
			for _, like.Resource = range rule.Resources {
				for _, like.Name = range names {
					r.AddTo(like, rule.Verbs...)
				}
			}
		}
	}
}

// addBinding adds the right to bind a role that is not of the release: what that gives
// is not known here.
func addBinding(r *planner.Rights, c *planner.Change, to rbacv1.RoleRef, objects []planner.Object) {
	id := planner.ObjectID{Group: rbacv1.GroupName, Kind: to.Kind, Name: to.Name}
	resource := "clusterroles"
	if to.Kind == "Role" {
		id.Namespace, resource = c.ID.Namespace, "roles"
	}
	if slices.ContainsFunc(objects, func(o planner.Object) bool { return o.ID == id }) {
		return
	}
	like := rightOf(c, to.Name, fmt.Sprintf("make %s, which binds a role that is somebody else's", c.ID))
	like.Group, like.Resource = rbacv1.GroupName, resource
	r.AddTo(like, "bind")
}
