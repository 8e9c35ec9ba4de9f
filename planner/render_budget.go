package planner

import (
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"
	policyv1ac "k8s.io/client-go/applyconfigurations/policy/v1"

	"stowage/dsl"
)

// budget makes what bounds how many pods may be away while nodes are drained.
func (r *renderer) budget(a *dsl.App) {
	spec := policyv1ac.PodDisruptionBudgetSpec().
		WithSelector(metav1ac.LabelSelector().WithMatchLabels(r.selector(a)))
	if a.Budget.MinAvailable != "" {
		spec.WithMinAvailable(intstr.Parse(a.Budget.MinAvailable))
	} else {
		spec.WithMaxUnavailable(intstr.Parse(a.Budget.MaxUnavailable))
	}
	spec.UnhealthyPodEvictionPolicy = given(policyv1.UnhealthyPodEvictionPolicyType(a.Budget.Unhealthy))
	r.add(r.object(a, RoleBudget, a.Budget.DeclRange), policyv1ac.PodDisruptionBudget(a.Budget.Name, r.release.Namespace).
		WithLabels(r.appLabels(a, nil)).
		WithAnnotations(annotations(a.Lifecycle)).
		WithSpec(spec))
}
