package planner

import (
	"cmp"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"

	"stowage/dsl"
)

// workload makes what runs an app's pods.
func (r *renderer) workload(a *dsl.App) {
	o := r.object(a, RoleWorkload, a.DeclRange)
	o.References, o.Timeout, o.Rollout, o.Ranges = a.References, a.Rollout.Timeout, sideBySide(a), podRanges(a)
	switch a.Kind {
	case dsl.Deployment:
		r.add(o, r.deployment(a))
	case dsl.StatefulSet:
		r.add(o, r.statefulSet(a))
	case dsl.DaemonSet:
		r.add(o, r.daemonSet(a))
	case dsl.Job:
		r.add(o, r.job(a))
	case dsl.CronJob:
		r.add(o, r.cronJob(a))
	}
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
	spec.Paused = given(a.Rollout.Paused)
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
			WithMaxSurge(numberOrPercent(rollout.MaxSurge, "25%")).
			WithMaxUnavailable(numberOrPercent(rollout.MaxUnavailable, "25%")))
}

func numberOrPercent(text, otherwise string) intstr.IntOrString {
	return intstr.Parse(cmp.Or(text, otherwise))
}

// statefulSet names a Service of the app's name as the governing one even when there is
// none yet: the field is immutable, and a Service may be added later.
func (r *renderer) statefulSet(a *dsl.App) *appsv1ac.StatefulSetApplyConfiguration {
	governing := a.Name
	if s := a.Governing(); s != nil {
		governing = s.Name
	}
	spec := appsv1ac.StatefulSetSpec().
		WithServiceName(governing).
		WithSelector(metav1ac.LabelSelector().WithMatchLabels(r.selector(a))).
		WithRevisionHistoryLimit(r.oldTemplates()).
		WithTemplate(r.podTemplate(a)).
		WithVolumeClaimTemplates(r.claimTemplates(a)...)
	spec.Replicas = a.Replicas
	spec.MinReadySeconds = seconds(a.Rollout.MinReady)
	spec.PodManagementPolicy = given(appsv1.PodManagementPolicyType(a.PodManagement))
	if a.Rollout.Partition != nil {
		spec.WithUpdateStrategy(appsv1ac.StatefulSetUpdateStrategy().
			WithType(appsv1.RollingUpdateStatefulSetStrategyType).
			WithRollingUpdate(appsv1ac.RollingUpdateStatefulSetStrategy().WithPartition(*a.Rollout.Partition)))
	}
	if c := a.ClaimRetention; c != nil {
		spec.WithPersistentVolumeClaimRetentionPolicy(appsv1ac.StatefulSetPersistentVolumeClaimRetentionPolicy().
			WithWhenDeleted(appsv1.PersistentVolumeClaimRetentionPolicyType(c.WhenDeleted)).
			WithWhenScaled(appsv1.PersistentVolumeClaimRetentionPolicyType(c.WhenScaled)))
	}
	return appsv1ac.StatefulSet(a.Name, r.release.Namespace).
		WithLabels(r.workloadLabels(a)).
		WithAnnotations(annotations(a.Lifecycle)).
		WithSpec(spec)
}

func (r *renderer) daemonSet(a *dsl.App) *appsv1ac.DaemonSetApplyConfiguration {
	spec := appsv1ac.DaemonSetSpec().
		WithSelector(metav1ac.LabelSelector().WithMatchLabels(r.selector(a))).
		WithUpdateStrategy(nodeByNode(a.Rollout)).
		WithRevisionHistoryLimit(r.oldTemplates()).
		WithTemplate(r.podTemplate(a))
	spec.MinReadySeconds = seconds(a.Rollout.MinReady)
	return appsv1ac.DaemonSet(a.Name, r.release.Namespace).
		WithLabels(r.workloadLabels(a)).
		WithAnnotations(annotations(a.Lifecycle)).
		WithSpec(spec)
}

// nodeByNode sends both numbers, of which Kubernetes wants one to be 0: what the API
// server had filled in would stay behind on a change from one to the other.
func nodeByNode(rollout dsl.Rollout) *appsv1ac.DaemonSetUpdateStrategyApplyConfiguration {
	surge := numberOrPercent(rollout.MaxSurge, "0")
	usual := "1"
	if surge.String() != "0" && surge.String() != "0%" {
		usual = "0"
	}
	return appsv1ac.DaemonSetUpdateStrategy().
		WithType(appsv1.RollingUpdateDaemonSetStrategyType).
		WithRollingUpdate(appsv1ac.RollingUpdateDaemonSet().
			WithMaxSurge(surge).
			WithMaxUnavailable(numberOrPercent(rollout.MaxUnavailable, usual)))
}

// oldTemplates returns how many templates before the current one a controller
// keeps: as many as the release keeps revisions, since each keeps the versions of
// configuration that it refers to.
func (r *renderer) oldTemplates() int32 {
	return int32(r.release.HistoryLimit) //nolint:gosec // at most 1000
}

func (r *renderer) podTemplate(a *dsl.App) *corev1ac.PodTemplateSpecApplyConfiguration {
	template := corev1ac.PodTemplateSpec().WithSpec(r.podSpec(a))
	if labels := r.podLabels(a); len(labels) > 0 {
		template.WithLabels(labels)
	}
	if len(a.Annotations) > 0 {
		template.WithAnnotations(a.Annotations)
	}
	return template
}

// workloadID returns the identity of what runs an app's pods.
func (r *renderer) workloadID(a *dsl.App) ObjectID {
	group := appsv1.GroupName
	if a.Kind == dsl.Job || a.Kind == dsl.CronJob {
		group = batchv1.GroupName
	}
	return ObjectID{Group: group, Kind: string(a.Kind), Namespace: r.release.Namespace, Name: a.Name}
}
