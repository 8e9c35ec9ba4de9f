package planner

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// canary plans an operation on an app with a canary: CanaryNext, CanaryPromote or
// CanaryAbort. What a run before has left of a step undone belongs to the step.
func (a *appSwitch) canary() error {
	switch {
	case a.sides.plain == nil:
		return fmt.Errorf("%s: its stable Deployment is gone: apply the configuration first", a.app)
	case a.sides.canary == nil:
		a.already("it has no canary; an apply of another version starts one")
		return nil
	}
	promoted := a.m.buildOn(a.sides.plain) == a.m.buildOn(a.sides.canary)
	switch {
	case a.want.Operation == CanaryAbort && promoted:
		return fmt.Errorf("%s: %s is stable already, and only its canary is left: --promote removes that, rollback goes back to an earlier revision",
			a.app, a.canarySide())
	case a.want.Operation == CanaryAbort:
		a.abort()
	case promoted || a.want.Operation == CanaryPromote:
		return a.promote(promoted)
	default:
		return a.next()
	}
	return nil
}

func (a *appSwitch) canarySide() Side { return sideOf(sideCanary, a.sides.canary) }

// next gives the canary its next share. A step that a killed run has begun is ended
// before another one begins.
func (a *appSwitch) next() error {
	weight := weightOn(a.sides.canary)
	at := shareAt(a.rollout, weight, replicasOf(a.sides.plain))
	begun := !a.isAt(at)
	if err := a.checkCanary(); err != nil {
		if !a.m.in.Prior.Interrupted {
			return err
		}
		begun = true // the run did not wait for it
	}
	if begun {
		a.m.warn(Warning{
			Summary: fmt.Sprintf("%s: the step to %d%% was begun and did not end; it is ended now", a.app, weight),
			Detail:  "the same command again goes on from there",
		})
		a.share(at)
		return nil
	}
	for _, step := range a.rollout.Steps {
		if step > weight {
			a.share(shareAt(a.rollout, step, replicasOf(a.sides.plain)))
			return nil
		}
	}
	return a.promote(false)
}

// isAt reports whether pods and requests are divided as they should be.
func (a *appSwitch) isAt(s share) bool {
	for _, route := range a.routes() {
		if routedWeight(route, a.sides.service.GetName()) != s.percent {
			return false
		}
	}
	canary := replicasOf(a.sides.canary)
	switch {
	case a.rollout.Replicas == nil: // whoever chooses the number of stable pods has moved on since
		return true
	case s.weighed:
		return replicasOf(a.sides.plain) == s.stable && canary >= s.canary
	}
	return replicasOf(a.sides.plain) == s.stable && canary == s.canary
}

// share divides the pods: who gets more is ready before the other one gives up any.
func (a *appSwitch) share(s share) {
	if s.weighed {
		s.canary = max(s.canary, replicasOf(a.sides.canary))
	}
	canary := a.object(a.sides.canary)
	canary.Manifest = annotated(withReplicas(canary.Manifest, s.canary), map[string]string{AnnotationWeight: fmt.Sprint(s.percent)})
	stable := a.object(a.sides.plain)
	if a.rollout.Replicas != nil {
		stable.Manifest = withReplicas(stable.Manifest, s.stable)
	}
	first, second := stageGrow, stageShrink
	if !grows(a.sides.canary, s.canary) {
		first, second = second, first
	}
	a.change(first, s.String(), canary)
	if !unchanged(a.sides.plain, stable.Manifest) {
		a.change(second, s.String(), stable)
	}
	a.weigh(s.percent)
	a.m.waiting = append(a.m.waiting, Waiting{
		App: a.app, Strategy: dsl.Canary, Weight: s.percent, Steps: a.rollout.Steps,
		Active: sideAfter(sideStable, stable, a.sides.plain), Next: sideAfter(sideCanary, canary, a.sides.canary),
	})
}

// promote has the stable Deployment run the canary's version, with all its pods, and then
// removes the canary. As in any rollout, max_unavailable of the stable pods may be
// missing while they are replaced; the canary's come on top of the others.
func (a *appSwitch) promote(promoted bool) error {
	if err := a.checkCanary(); err != nil && !promoted && !a.m.in.Prior.Interrupted {
		return err
	}
	side := a.canarySide()
	stable, canary := a.object(a.sides.plain), a.object(a.sides.canary)
	stable.Manifest = promotedManifest(canary.Manifest, stable.Manifest, a.app)
	if a.rollout.Replicas != nil {
		stable.Manifest = withReplicas(stable.Manifest, int64(*a.rollout.Replicas))
	}
	a.change(stageGrow, fmt.Sprintf("%s becomes the stable version", side), stable)
	a.removeCanary(fmt.Sprintf("%s is stable", side))
	return nil
}

// promotedManifest returns the stable Deployment with what the canary runs. Its number of
// pods, which may be nobody's to choose, and its selector stay.
func promotedManifest(canary, stable *unstructured.Unstructured, app string) *unstructured.Unstructured {
	u := annotated(canary, map[string]string{AnnotationWeight: ""})
	u.SetName(stable.GetName())
	labels := u.GetLabels()
	delete(labels, LabelTrack)
	u.SetLabels(labels)
	pods, _, _ := unstructured.NestedStringMap(u.Object, podLabels...)
	delete(pods, LabelTrack)
	pods[labelName] = app
	setTexts(u, pods, podLabels...)
	spec, _ := u.Object["spec"].(map[string]any)
	for _, field := range []string{"selector", "replicas"} {
		delete(spec, field)
		if value, ok, _ := unstructured.NestedFieldCopy(stable.Object, "spec", field); ok {
			spec[field] = value
		}
	}
	return u
}

// abort gives the stable version all its pods, and then removes the canary.
func (a *appSwitch) abort() {
	side := a.canarySide()
	stable := a.object(a.sides.plain)
	if a.rollout.Replicas != nil {
		stable.Manifest = withReplicas(stable.Manifest, int64(*a.rollout.Replicas))
	}
	a.change(stageGrow, fmt.Sprintf("%s is given up", side), stable)
	a.removeCanary(fmt.Sprintf("%s is given up", side))
	a.m.warn(Warning{
		Summary: fmt.Sprintf("%s: an apply of a configuration with %s starts its canary again", a.app, side.orBuild()),
	})
}

// orBuild names the version of a side, or else its build.
func (s Side) orBuild() string {
	if s.Version == "" {
		return "build " + s.Build
	}
	return "version " + s.Version
}

// checkCanary refuses to give more to a canary that is not fully there.
func (a *appSwitch) checkCanary() error {
	side := a.canarySide()
	if side.Ready >= side.Pods {
		return nil
	}
	return &NotThereError{
		App: a.app, Side: side, Ready: side.Ready, Wanted: side.Pods, Reasons: a.unready(a.sides.podsOf(sideCanary)),
	}
}
