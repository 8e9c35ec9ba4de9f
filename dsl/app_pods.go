package dsl

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// The labels by which the pods of an app are found that says nothing else.
const (
	LabelName     = "app.kubernetes.io/name"     // the app's name
	LabelInstance = "app.kubernetes.io/instance" // the release's name
)

// PodSelector returns the labels by which the workload and the Services of an app find its
// pods, in a release of that name. It must not change while the app is in a cluster: the
// selectors of workloads are immutable.
func (a *App) PodSelector(release string) map[string]string {
	switch {
	case a.Selector != nil:
		return maps.Clone(a.Selector)
	case a.PodLabels != nil: // a Job, whose pods nothing but another app's affinity looks for
		return maps.Clone(a.PodLabels)
	}
	return map[string]string{LabelName: a.Name, LabelInstance: release}
}

// podArgs say how the pods of an app are labelled that stowage has not made.
var podArgs = []arg[appBlock]{
	{
		name: "selector", kind: podLabels(func(a *appBlock) *map[string]string { return &a.Selector }),
		initial: "name of the app and of the release",
		doc:     "Labels by which the workload and the Services find the pods, for an app that was not made by stowage: a selector cannot be changed later. See [Apps that are there already](#apps-that-are-there-already).",
	},
	{
		name: "pod_labels", kind: podLabels(func(a *appBlock) *map[string]string { return &a.PodLabels }),
		initial: "`selector`, if that is given",
		doc:     "All labels of the pods, in the place of `labels` and of stowage's own. It goes with `selector`, whose labels it contains, or with the kinds `\"Job\"` and `\"CronJob\"`.",
	},
	{
		name: "container_name", kind: text(func(a *appBlock) *string { return &a.Container.Name }, dnsLabel), initial: "the app's",
		doc: "Name of the app's own container.",
	},
}

// podLabels keeps apart no labels and none given.
func podLabels(field func(*appBlock) *map[string]string) kind[appBlock] {
	return kind[appBlock]{name: "map of text", decode: func(s *scope, to *appBlock, a argument) {
		labels, ok := s.textMap(a, podLabelKey, labelValue)
		if !ok {
			return
		}
		if v, _ := s.value(a.expr); len(labels) > 0 || !v.IsNull() {
			*field(to) = labels
		}
	}}
}

// appLabels decodes the labels of an app's objects. Those by which pods are found are free
// where they are found by others.
var appLabels = kind[appBlock]{name: "map of text", decode: func(s *scope, to *appBlock, a argument) {
	if v, ok := s.textMap(a, to.labelKey(), labelValue); ok {
		to.Labels = v
	}
}}

// labelKey returns the check of the labels that the app's objects may be given.
func (a *appBlock) labelKey() check {
	if a.Selector != nil || a.PodLabels != nil {
		return objectLabelKey
	}
	return labelKey
}

// completePods settles how the pods are found and labelled.
func (s *scope) completePods(a *appBlock) {
	selector, labels := a.content.Attributes["selector"], a.content.Attributes["pod_labels"]
	switch {
	case a.Selector != nil && len(a.Selector) == 0:
		s.report(problem(selector.Expr.Range().Ptr(), "Invalid value", `"selector" is empty, which would mean every pod.`))
	case a.Selector != nil && a.PodLabels != nil:
		s.checkSelected(a, labels)
	case a.Selector != nil:
		a.PodLabels = maps.Clone(a.Selector)
	case a.PodLabels != nil && !a.Kind.ends():
		s.report(problem(&labels.NameRange, "Missing required argument",
			"The pods of %s are found by labels of stowage's own, which pod_labels leaves out. Say with selector by which of its labels they are found, or use labels to add some.", a.Address))
	}
}

// checkSelected reports labels that the selector asks for and the pods do not have.
func (s *scope) checkSelected(a *appBlock, at *hcl.Attribute) {
	for _, key := range slices.Sorted(maps.Keys(a.Selector)) {
		if value, ok := a.PodLabels[key]; !ok || value != a.Selector[key] {
			s.report(problem(at.Expr.Range().Ptr(), "Invalid value",
				"The selector of %s asks for the label %s = %q, which its pods would not have. Write it into pod_labels too.", a.Address, key, a.Selector[key]))
		}
	}
}

// checkSelector reports a selector that versions side by side cannot have: both have the
// same labels but for one of stowage's.
func (s *scope) checkSelector(a *appBlock) {
	if a.Selector == nil {
		return
	}
	how := "Leave out selector and pod_labels in the same change: the first color is started beside the pods that are there, and gets the traffic when it is ready."
	if a.rollout.Strategy == Canary {
		how = "Leave out selector and pod_labels, and let the app be \"blue-green\" first: it becomes a Deployment of another name, which a change of selector takes."
	}
	s.report(problem(&a.content.Attributes["selector"].Range, "Conflicting arguments",
		"With the strategy %q each version has pods of its own, which stowage labels and finds itself. %s", a.rollout.Strategy, how))
}

// selectorValue is what references see of how an app's pods are found.
func (s *scope) selectorValue(a *appBlock) cty.Value {
	values := map[string]cty.Value{}
	for key, value := range a.PodSelector(s.release.Name) {
		values[key] = cty.StringVal(value)
	}
	return textMapValue(values)
}
