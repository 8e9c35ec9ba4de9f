package planner

import (
	corev1 "k8s.io/api/core/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"stowage/dsl"
)

// claims makes the claims that all pods of an app share.
func (r *renderer) claims(a *dsl.App) {
	for _, m := range a.Mounts {
		if m.Claim == nil || m.Claim.Existing || isTemplate(a, m) {
			continue
		}
		id := ObjectID{Kind: "PersistentVolumeClaim", Namespace: r.release.Namespace, Name: m.Claim.Name}
		o := r.object(a, RoleClaim, m.Claim.DeclRange)
		o.Timeout = a.Rollout.Timeout
		r.add(o, corev1ac.PersistentVolumeClaim(m.Claim.Name, r.release.Namespace).
			WithLabels(r.appLabels(a, nil)).
			WithAnnotations(annotations(a.Lifecycle)).
			WithSpec(r.claimSpec(id, "spec", m.Claim)))
	}
}

// claimTemplates makes the templates of the claims that each pod of a
// StatefulSet has of its own. They have no labels: templates are immutable, and
// the claims get the selector's labels anyway.
func (r *renderer) claimTemplates(a *dsl.App) []*corev1ac.PersistentVolumeClaimApplyConfiguration {
	var templates []*corev1ac.PersistentVolumeClaimApplyConfiguration
	for _, m := range a.Mounts {
		if !isTemplate(a, m) {
			continue
		}
		spec := r.claimSpec(r.workloadID(a), "spec.volumeClaimTemplates["+m.Claim.Name+"].spec", m.Claim)
		template := &corev1ac.PersistentVolumeClaimApplyConfiguration{Spec: spec}
		templates = append(templates, template.WithName(m.Claim.Name))
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
