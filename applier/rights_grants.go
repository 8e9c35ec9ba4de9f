package applier

import (
	"fmt"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"stowage/planner"
)

// addGrants adds what an account must have to give it to others: the API server lets
// nobody make a Role with rights that they do not have themselves, nor bind one. The
// right to escalate would be less to write and far more to give.
func addGrants(r *planner.Rights, c *planner.Change) {
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
		addBinding(r, c, binding.RoleRef)
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

// addBinding adds the right to bind a role. What somebody else's gives is not known here.
// One of the release gives nothing that the account has not, by the right above; this lets
// a plan try the binding on the server before the role is there.
func addBinding(r *planner.Rights, c *planner.Change, to rbacv1.RoleRef) {
	like := rightOf(c, to.Name, fmt.Sprintf("make %s, which binds the role", c.ID))
	like.Group, like.Resource = rbacv1.GroupName, "clusterroles"
	if to.Kind == "Role" {
		like.Resource = "roles"
	}
	r.AddTo(like, "bind")
}
