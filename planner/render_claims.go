package planner

import (
	corev1 "k8s.io/api/core/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// claims makes the claims that all pods of an app share.
func (r *renderer) claims(a *dsl.App) {
	if a.Kind == dsl.StatefulSet {
		return
	}
	for _, c := range a.Claims() {
		id := ObjectID{Kind: "PersistentVolumeClaim", Namespace: r.release.Namespace, Name: c.Name}
		o := r.object(a, RoleClaim, c.DeclRange)
		o.Timeout = a.Rollout.Timeout
		r.add(o, corev1ac.PersistentVolumeClaim(c.Name, r.release.Namespace).
			WithLabels(r.appLabels(a, nil)).
			WithAnnotations(annotations(a.Lifecycle)).
			WithSpec(r.claimSpec(id, "spec", c)))
	}
}

// claimTemplates makes the templates of the claims that each pod of a
// StatefulSet has of its own. They have no labels: templates are immutable, and
// the claims get the selector's labels anyway.
func (r *renderer) claimTemplates(a *dsl.App) []*corev1ac.PersistentVolumeClaimApplyConfiguration {
	var templates []*corev1ac.PersistentVolumeClaimApplyConfiguration
	for _, c := range a.Claims() {
		spec := r.claimSpec(r.workloadID(a), "spec.volumeClaimTemplates["+c.Name+"].spec", c)
		template := &corev1ac.PersistentVolumeClaimApplyConfiguration{Spec: spec}
		templates = append(templates, template.WithName(c.Name))
	}
	return templates
}

func (r *renderer) claimSpec(id ObjectID, field string, c *dsl.Claim) *corev1ac.PersistentVolumeClaimSpecApplyConfiguration {
	spec := corev1ac.PersistentVolumeClaimSpec()
	for _, mode := range c.AccessModes {
		spec.WithAccessModes(corev1.PersistentVolumeAccessMode(mode))
	}
	if len(c.AccessModes) == 0 {
		spec.WithAccessModes(corev1.ReadWriteOnce)
	}
	spec.StorageClassName = c.StorageClass
	size := r.quantity(id, c.DeclRange, field+".resources.requests.storage", c.Size)
	return spec.WithResources(corev1ac.VolumeResourceRequirements().
		WithRequests(corev1.ResourceList{corev1.ResourceStorage: size}))
}
