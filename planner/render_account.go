package planner

import (
	rbacv1 "k8s.io/api/rbac/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	rbacv1ac "k8s.io/client-go/applyconfigurations/rbac/v1"

	"stowage/dsl"
)

// account makes the service account of an app's pods, and what gives it its rights.
func (r *renderer) account(a *dsl.App) {
	account := a.Account
	if account == nil {
		return
	}
	if !account.Existing {
		o := r.object(a, RoleAccess, account.DeclRange)
		o.References = account.References
		r.add(o, corev1ac.ServiceAccount(account.Name, r.release.Namespace).
			WithLabels(r.appLabels(a, nil)).
			WithAnnotations(account.Annotations).
			WithAnnotations(annotations(a.Lifecycle)).
			WithImagePullSecrets(pullSecrets(account.PullSecrets)...))
	}
	if len(account.Rules) > 0 {
		r.role(a)
	}
	if len(account.ClusterRules) > 0 {
		r.clusterRole(a)
	}
}

// role makes what permits the account something in the namespace.
func (r *renderer) role(a *dsl.App) {
	name, namespace := accessName(a), r.release.Namespace
	r.add(r.object(a, RoleAccess, a.Account.DeclRange), rbacv1ac.Role(name, namespace).
		WithLabels(r.appLabels(a, nil)).
		WithAnnotations(annotations(a.Lifecycle)).
		WithRules(policyRules(a.Account.Rules)...))
	r.add(r.object(a, RoleAccess, a.Account.DeclRange), rbacv1ac.RoleBinding(name, namespace).
		WithLabels(r.appLabels(a, nil)).
		WithAnnotations(annotations(a.Lifecycle)).
		WithRoleRef(roleRef("Role", name)).
		WithSubjects(r.subject(a)))
}

// clusterRole makes what permits the account something in the whole cluster. The
// names carry the namespace: releases in other namespaces can have an app of the
// same name. A colon is in no other name, so that no two of them can be equal.
func (r *renderer) clusterRole(a *dsl.App) {
	name := r.release.Namespace + ":" + accessName(a)
	labels := r.appLabels(a, nil)
	labels[LabelHome] = r.release.Namespace
	r.add(r.object(a, RoleAccess, a.Account.DeclRange), rbacv1ac.ClusterRole(name).
		WithLabels(labels).
		WithAnnotations(annotations(a.Lifecycle)).
		WithRules(policyRules(a.Account.ClusterRules)...))
	r.add(r.object(a, RoleAccess, a.Account.DeclRange), rbacv1ac.ClusterRoleBinding(name).
		WithLabels(labels).
		WithAnnotations(annotations(a.Lifecycle)).
		WithRoleRef(roleRef("ClusterRole", name)).
		WithSubjects(r.subject(a)))
}

// accessName returns the name of what gives an app's account its rights: that of the
// account, or of the app where the account may be that of others too.
func accessName(a *dsl.App) string {
	if a.Account.Existing {
		return a.Name
	}
	return a.Account.Name
}

func policyRules(rules []dsl.AccessRule) []*rbacv1ac.PolicyRuleApplyConfiguration {
	list := make([]*rbacv1ac.PolicyRuleApplyConfiguration, len(rules))
	for i, rule := range rules {
		list[i] = rbacv1ac.PolicyRule().
			WithAPIGroups(rule.APIGroups...).
			WithResources(rule.Resources...).
			WithResourceNames(rule.ResourceNames...).
			WithNonResourceURLs(rule.Paths...).
			WithVerbs(rule.Verbs...)
	}
	return list
}

func roleRef(kind, name string) *rbacv1ac.RoleRefApplyConfiguration {
	return rbacv1ac.RoleRef().WithAPIGroup(rbacv1.GroupName).WithKind(kind).WithName(name)
}

func (r *renderer) subject(a *dsl.App) *rbacv1ac.SubjectApplyConfiguration {
	return rbacv1ac.Subject().
		WithKind(rbacv1.ServiceAccountKind).
		WithNamespace(r.release.Namespace).
		WithName(a.Account.Name)
}

// identity says which account an app's pods run under. The name is sent under its
// old name too: nobody would own what the API server fills in there, and it would
// bring the account back when the app has none any more.
func (r *renderer) identity(spec *corev1ac.PodSpecApplyConfiguration, a *dsl.App) {
	spec.WithImagePullSecrets(pullSecrets(a.PullSecrets)...)
	if a.Account == nil {
		return
	}
	spec.WithServiceAccountName(a.Account.Name).WithDeprecatedServiceAccount(a.Account.Name)
	spec.AutomountServiceAccountToken = a.Account.Token
}

func pullSecrets(names []string) []*corev1ac.LocalObjectReferenceApplyConfiguration {
	list := make([]*corev1ac.LocalObjectReferenceApplyConfiguration, len(names))
	for i, name := range names {
		list[i] = corev1ac.LocalObjectReference().WithName(name)
	}
	return list
}
