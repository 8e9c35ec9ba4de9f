package planner

import (
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"

	"stowage/dsl"
)

// workload makes what runs an app's pods.
func (r *renderer) workload(a *dsl.App) {
	o := r.object(a, RoleWorkload, a.DeclRange)
	o.References, o.Timeout, o.Rollout = a.References, a.Rollout.Timeout, sideBySide(a)
	if a.Kind == dsl.StatefulSet {
		r.add(o, r.statefulSet(a))
		return
	}
	r.add(o, r.deployment(a))
}

func (r *renderer) deployment(a *dsl.App) *appsv1ac.DeploymentApplyConfiguration {
	spec := appsv1ac.DeploymentSpec().
		WithSelector(metav1ac.LabelSelector().WithMatchLabels(r.selector(a))).
		WithStrategy(strategy(a.Rollout)).
		WithRevisionHistoryLimit(r.oldTemplates()).
		WithTemplate(r.podTemplate(a))
	spec.Replicas = a.Replicas
	spec.MinReadySeconds = seconds(a.Rollout.MinReady)
	spec.ProgressDeadlineSeconds = seconds(a.Rollout.ProgressDeadline)
	return appsv1ac.Deployment(a.Name, r.release.Namespace).
		WithLabels(r.workloadLabels(a)).
		WithAnnotations(annotations(a.Lifecycle)).
		WithSpec(spec)
}

// strategy sends surge and unavailable even where they are the API's defaults.
// Otherwise nobody would own what the API server fills in; it would stay behind
// on a change to Recreate, and be refused there.
func strategy(rollout dsl.Rollout) *appsv1ac.DeploymentStrategyApplyConfiguration {
	if rollout.Strategy == dsl.Recreate {
		return appsv1ac.DeploymentStrategy().WithType(appsv1.RecreateDeploymentStrategyType)
	}
	return appsv1ac.DeploymentStrategy().
		WithType(appsv1.RollingUpdateDeploymentStrategyType).
		WithRollingUpdate(appsv1ac.RollingUpdateDeployment().
			WithMaxSurge(numberOrPercent(rollout.MaxSurge)).
			WithMaxUnavailable(numberOrPercent(rollout.MaxUnavailable)))
}

func numberOrPercent(text string) intstr.IntOrString {
	if text == "" {
		return intstr.FromString("25%")
	}
	return intstr.Parse(text)
}

// statefulSet names the app's Service as the governing one even when there is
// none yet: the field is immutable, and a Service may be added later.
func (r *renderer) statefulSet(a *dsl.App) *appsv1ac.StatefulSetApplyConfiguration {
	spec := appsv1ac.StatefulSetSpec().
		WithServiceName(a.Name).
		WithSelector(metav1ac.LabelSelector().WithMatchLabels(r.selector(a))).
		WithRevisionHistoryLimit(r.oldTemplates()).
		WithTemplate(r.podTemplate(a)).
		WithVolumeClaimTemplates(r.claimTemplates(a)...)
	spec.Replicas = a.Replicas
	spec.MinReadySeconds = seconds(a.Rollout.MinReady)
	return appsv1ac.StatefulSet(a.Name, r.release.Namespace).
		WithLabels(r.workloadLabels(a)).
		WithAnnotations(annotations(a.Lifecycle)).
		WithSpec(spec)
}

// oldTemplates returns how many templates before the current one a controller
// keeps: as many as the release keeps revisions before the current one, since
// each keeps the versions of configuration that it refers to.
func (r *renderer) oldTemplates() int32 {
	return int32(max(r.release.HistoryLimit, 1) - 1) //nolint:gosec // at most 1000
}

func (r *renderer) podTemplate(a *dsl.App) *corev1ac.PodTemplateSpecApplyConfiguration {
	p := r.pod(a)
	return corev1ac.PodTemplateSpec().
		WithLabels(r.workloadLabels(a)).
		WithAnnotations(a.Annotations).
		WithSpec(corev1ac.PodSpec().WithContainers(p.container()).WithVolumes(p.volumes.list...))
}

// workloadID returns the identity of what runs an app's pods.
func (r *renderer) workloadID(a *dsl.App) ObjectID {
	return ObjectID{Group: appsv1.GroupName, Kind: string(a.Kind), Namespace: r.release.Namespace, Name: a.Name}
}
