package planner

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	autoscalingv2ac "k8s.io/client-go/applyconfigurations/autoscaling/v2"

	"stowage/dsl"
)

// autoscaler makes what chooses the number of an app's pods.
func (r *renderer) autoscaler(a *dsl.App) {
	workload := r.workloadID(a)
	spec := autoscalingv2ac.HorizontalPodAutoscalerSpec().
		WithScaleTargetRef(autoscalingv2ac.CrossVersionObjectReference().
			WithAPIVersion(workload.Group + "/v1").
			WithKind(workload.Kind).
			WithName(workload.Name)).
		WithMinReplicas(a.Autoscale.Min).
		WithMaxReplicas(a.Autoscale.Max).
		WithMetrics(utilization(corev1.ResourceCPU, a.Autoscale.CPU)...).
		WithMetrics(utilization(corev1.ResourceMemory, a.Autoscale.Memory)...)
	r.add(
		r.object(a, RoleAutoscaler, a.Autoscale.DeclRange),
		autoscalingv2ac.HorizontalPodAutoscaler(a.Autoscale.Name, r.release.Namespace).
			WithLabels(r.appLabels(a, nil)).
			WithSpec(spec),
	)
}

// utilization is a target in percent of what the pods request; none for 0.
func utilization(resource corev1.ResourceName, percent int32) []*autoscalingv2ac.MetricSpecApplyConfiguration {
	if percent == 0 {
		return nil
	}
	target := autoscalingv2ac.MetricTarget().WithType(autoscalingv2.UtilizationMetricType).WithAverageUtilization(percent)
	return []*autoscalingv2ac.MetricSpecApplyConfiguration{
		autoscalingv2ac.MetricSpec().
			WithType(autoscalingv2.ResourceMetricSourceType).
			WithResource(autoscalingv2ac.ResourceMetricSource().WithName(resource).WithTarget(target)),
	}
}
