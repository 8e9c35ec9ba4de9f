package planner

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"

	"stowage/dsl"
)

// podTemplateHash tells apart the pods of a Deployment's versions.
const podTemplateHash = "pod-template-hash"

// scheduling says on which nodes an app's pods run.
func (r *renderer) scheduling(spec *corev1ac.PodSpecApplyConfiguration, a *dsl.App) {
	s := a.Scheduling
	spec.WithNodeSelector(s.NodeSelector)
	spec.PriorityClassName = given(s.PriorityClass)
	for _, t := range s.Tolerations {
		spec.WithTolerations(toleration(t))
	}
	for _, p := range s.Spread {
		spec.WithTopologySpreadConstraints(r.spread(a, p))
	}
	if len(s.Nodes)+len(s.Near)+len(s.Apart) == 0 {
		return
	}
	affinity := corev1ac.Affinity()
	if len(s.Nodes) > 0 {
		affinity.WithNodeAffinity(nodeAffinity(s.Nodes))
	}
	if len(s.Near) > 0 {
		required, preferred := r.podTerms(s.Near)
		affinity.WithPodAffinity(corev1ac.PodAffinity().
			WithRequiredDuringSchedulingIgnoredDuringExecution(required...).
			WithPreferredDuringSchedulingIgnoredDuringExecution(preferred...))
	}
	if len(s.Apart) > 0 {
		required, preferred := r.podTerms(s.Apart)
		affinity.WithPodAntiAffinity(corev1ac.PodAntiAffinity().
			WithRequiredDuringSchedulingIgnoredDuringExecution(required...).
			WithPreferredDuringSchedulingIgnoredDuringExecution(preferred...))
	}
	spec.WithAffinity(affinity)
}

func toleration(t dsl.Toleration) *corev1ac.TolerationApplyConfiguration {
	c := corev1ac.Toleration().WithOperator(corev1.TolerationOpExists)
	c.Key = given(t.Key)
	if t.Value != nil {
		c.WithOperator(corev1.TolerationOpEqual)
		c.Value = given(*t.Value)
	}
	c.Effect = given(corev1.TaintEffect(t.Effect))
	if t.For != nil {
		c.WithTolerationSeconds(int64(*t.For / time.Second))
	}
	return c
}

// spread counts the pods of each version of a Deployment by themselves, unless asked not to: old
// ones, which go anyway, or those of the other color must not push new ones into one place.
func (r *renderer) spread(a *dsl.App, p dsl.Spread) *corev1ac.TopologySpreadConstraintApplyConfiguration {
	unsatisfiable := corev1.ScheduleAnyway
	if p.Required {
		unsatisfiable = corev1.DoNotSchedule
	}
	c := corev1ac.TopologySpreadConstraint().
		WithTopologyKey(p.Topology).
		WithMaxSkew(p.Skew).
		WithWhenUnsatisfiable(unsatisfiable).
		WithLabelSelector(metav1ac.LabelSelector().WithMatchLabels(r.selector(a)))
	c.MinDomains = given(p.MinDomains)
	if a.Kind == dsl.Deployment && !p.Together {
		c.WithMatchLabelKeys(podTemplateHash)
	}
	return c
}

// nodeAffinity makes one term of all that is required: terms are alternatives.
func nodeAffinity(nodes []dsl.NodeAffinity) *corev1ac.NodeAffinityApplyConfiguration {
	affinity := corev1ac.NodeAffinity()
	required := corev1ac.NodeSelectorTerm()
	for _, n := range nodes {
		wanted := corev1ac.NodeSelectorRequirement().
			WithKey(n.Label).
			WithOperator(corev1.NodeSelectorOperator(n.Operator)).
			WithValues(n.Values...)
		if n.Required {
			required.WithMatchExpressions(wanted)
			continue
		}
		affinity.WithPreferredDuringSchedulingIgnoredDuringExecution(corev1ac.PreferredSchedulingTerm().
			WithWeight(n.Weight).
			WithPreference(corev1ac.NodeSelectorTerm().WithMatchExpressions(wanted)))
	}
	if len(required.MatchExpressions) > 0 {
		affinity.WithRequiredDuringSchedulingIgnoredDuringExecution(corev1ac.NodeSelector().WithNodeSelectorTerms(required))
	}
	return affinity
}

func (r *renderer) podTerms(list []dsl.PodAffinity) (required []*corev1ac.PodAffinityTermApplyConfiguration, preferred []*corev1ac.WeightedPodAffinityTermApplyConfiguration) {
	for _, p := range list {
		labels := p.Labels
		if p.App != "" {
			labels = r.selectors[p.App]
		}
		term := corev1ac.PodAffinityTerm().
			WithTopologyKey(p.Topology).
			WithLabelSelector(metav1ac.LabelSelector().WithMatchLabels(labels))
		if p.Required {
			required = append(required, term)
		} else {
			preferred = append(preferred, corev1ac.WeightedPodAffinityTerm().WithWeight(p.Weight).WithPodAffinityTerm(term))
		}
	}
	return required, preferred
}
