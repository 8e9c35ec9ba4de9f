package planner

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// canaryName is that of what belongs to the canary of an app or its Service.
func canaryName(name string) string { return name + "-" + TrackCanary }

// placeCanary returns the objects of an app with a canary. A version that is stable
// already, or the first one, goes to the stable Deployment; any other to the canary.
func (m *maker) placeCanary(t *template, s *sides) []Object {
	m.checkStable(t, s)
	if s.plain == nil || m.buildOn(s.plain) == buildOf(t.workload.Manifest) {
		stable := t.workload
		stable.Rollout = nil
		stable.Manifest = marked(stable.Manifest, t.rollout, buildOf(stable.Manifest))
		return append(t.others, stable)
	}
	weight := m.weightOf(t, s)
	share := m.shareOf(t, s, weight)
	stable, canary := m.stableOf(t, s, share), m.canaryOf(t, s, share)
	switch {
	case share.weighed && replicasOf(s.plain) >= share.stable: // neither takes pods from the other
	case share.weighed || !grows(s.canary, share.canary):
		canary.After = append(canary.After, Need{stable.ID, Ready})
	default:
		stable.After = append(stable.After, Need{canary.ID, Ready})
	}
	m.waiting = append(m.waiting, Waiting{
		App: t.app, Strategy: dsl.Canary, Weight: weight, Steps: t.rollout.Steps,
		Active: sideAfter(sideStable, stable, s.plain), Next: sideAfter(sideCanary, canary, s.canary),
	})
	return append(append(t.others, m.untouchedData(stable)...), stable, canary)
}

// checkStable refuses a stable Deployment whose pods the Service would not find any more:
// it was made with a selector of its own, and keeps that.
func (m *maker) checkStable(t *template, s *sides) {
	if s.plain == nil || equalValues(selectorOf(s.plain), selectorOf(t.workload.Manifest)) {
		return
	}
	m.fail(&ObjectError{
		ID: t.workload.ID, Origin: t.workload.Origin, Field: "spec.selector",
		Err:  errors.New("it finds its pods by other labels than those of an app with a canary, and a selector cannot be changed"),
		Hint: "apply the app with strategy = \"blue-green\" first: it becomes a Deployment of another name, without downtime",
	})
}

// weightOf returns the step that the canary is at: that of before for the version
// that it has, and the first for any other.
func (m *maker) weightOf(t *template, s *sides) int32 {
	if s.canary != nil && m.buildOn(s.canary) == buildOf(t.workload.Manifest) {
		return weightOn(s.canary)
	}
	return t.rollout.Steps[0]
}

// weightOn returns the percentage on the Deployment of a canary.
func weightOn(canary *unstructured.Unstructured) int32 {
	return percentIn(canary.GetAnnotations()[AnnotationWeight])
}

// percentIn reads a percentage in an annotation; 0: there is none.
func percentIn(annotation string) int32 {
	n, _ := strconv.ParseInt(annotation, 10, 32)
	return int32(n)
}

// shareOf returns how many pods each of the versions gets at a step. Where the
// number of stable ones is not declared, those of the canary are not counted anew
// while it stays: somebody chooses the former as they are needed. Where requests are
// weighed, a canary that goes back to the first step keeps its pods.
func (m *maker) shareOf(t *template, s *sides, weight int32) share {
	share := shareAt(t.rollout, weight, replicasOf(s.plain))
	if s.canary == nil {
		return share
	}
	same := weightOn(s.canary) == weight && m.buildOn(s.canary) == buildOf(t.workload.Manifest)
	if t.rollout.Replicas == nil && same {
		share.canary = replicasOf(s.canary)
	}
	if share.weighed {
		share.canary = max(share.canary, replicasOf(s.canary))
	}
	return share
}

// shareAt returns how many pods each version has at a step, if the stable one has
// that many now.
func shareAt(r *Rollout, weight int32, stable int64) share {
	switch {
	case r.Replicas == nil && r.Traffic == "":
		return shareOnTop(weight, stable)
	case r.Replicas == nil:
		return shareOfRequests(weight, stable)
	case r.Traffic == "":
		return shareOfPods(weight, int64(*r.Replicas))
	}
	return shareOfRequests(weight, int64(*r.Replicas))
}

// replicasOf returns how many pods a live Deployment is to have.
func replicasOf(u *unstructured.Unstructured) int64 { return intOr(u, 1, "spec", "replicas") }

// grows reports whether a Deployment, if there is one, gets more pods or keeps as many.
func grows(live *unstructured.Unstructured, pods int64) bool {
	return live == nil || pods >= replicasOf(live)
}

// stableOf returns the stable Deployment beside a canary: as it was applied last, but
// for the pods that it gives up or gets back.
func (m *maker) stableOf(t *template, s *sides, share share) Object {
	o := t.workload
	o.Rollout, o.References = nil, nil
	o.ID = IDOf(s.plain)
	o.Manifest = marked(m.applied(s.plain), t.rollout, m.buildOn(s.plain))
	if t.rollout.Replicas != nil {
		o.Manifest = withReplicas(o.Manifest, share.stable)
	}
	if was := replicasOf(s.plain); was != share.stable {
		o.Impact = fmt.Sprintf("scales %d -> %d; %s", was, share.stable, share)
	}
	o.Untouched = unchanged(s.plain, o.Manifest)
	return o
}

// canaryOf returns the Deployment of the canary. Its selector does not depend on
// what divides the requests, being immutable.
func (m *maker) canaryOf(t *template, s *sides, share share) Object {
	o := t.workload
	build := buildOf(o.Manifest)
	o.Rollout = nil
	o.Manifest = canaryManifest(o.Manifest, t.app, t.rollout, build, share)
	o.ID = IDOf(o.Manifest)
	switch {
	case s.canary == nil:
		o.Impact = fmt.Sprintf("%s beside those of %s: %s", counted(share.canary, "new pod"), t.workload.ID.Name, share)
	case m.buildOn(s.canary) != build:
		o.Impact = fmt.Sprintf("another version, back at the first step: %s", share)
	case replicasOf(s.canary) != share.canary:
		o.Impact = fmt.Sprintf("scales %d -> %d: %s", replicasOf(s.canary), share.canary, share)
	}
	return o
}

// canaryManifest returns the Deployment of a canary made of an app's Deployment.
func canaryManifest(of *unstructured.Unstructured, app string, r *Rollout, build string, share share) *unstructured.Unstructured {
	u := annotated(withReplicas(of, share.canary), map[string]string{
		AnnotationBuild: build, AnnotationRollout: r.text(), AnnotationWeight: fmt.Sprint(share.percent),
	})
	u.SetName(canaryName(of.GetName()))
	labels := u.GetLabels()
	labels[LabelTrack] = TrackCanary
	u.SetLabels(labels)
	pods, _, _ := unstructured.NestedStringMap(u.Object, podLabels...)
	pods[LabelTrack] = TrackCanary
	pods[labelName] = app
	if r.Traffic != "" { // so that the Service of the stable pods does not match them
		pods[labelName] = canaryName(app)
	}
	selector := map[string]string{LabelApp: app, labelInstance: pods[labelInstance], LabelTrack: TrackCanary}
	setTexts(u, pods, podLabels...)
	setTexts(u, selector, "spec", "selector", "matchLabels")
	return u
}

// podLabels is where a workload has the labels of its pods.
var podLabels = []string{"spec", "template", "metadata", "labels"}

// setTexts sets a map of an object, which must not be shared.
func setTexts(u *unstructured.Unstructured, values map[string]string, fields ...string) {
	if err := unstructured.SetNestedStringMap(u.Object, values, fields...); err != nil {
		panic(err) // what is rendered has maps there
	}
}

// marked returns a copy of a Deployment's manifest with its build and the rollout
// that it is applied under.
func marked(manifest *unstructured.Unstructured, r *Rollout, build string) *unstructured.Unstructured {
	return annotated(manifest, map[string]string{AnnotationBuild: build, AnnotationRollout: r.text()})
}

// sideAfter describes a side as the plan leaves it.
func sideAfter(name string, o Object, live *unstructured.Unstructured) Side {
	side := Side{
		Name: name, Workload: o.ID, Version: o.Manifest.GetLabels()[LabelVersion],
		Build: o.Manifest.GetAnnotations()[AnnotationBuild],
	}
	if live != nil {
		now := sideOf(name, live)
		side.Pods, side.Ready = now.Pods, now.Ready
	}
	side.Pods = intOr(o.Manifest, side.Pods, "spec", "replicas")
	return side
}

// canariesLast has what belongs to the canary of an app go in order: first what leads
// requests to its Service, then that, and its Deployment when the stable version is
// ready, also when a killed run has left nothing to change about that.
func (m *maker) canariesLast() {
	for _, c := range m.deletes {
		if u := m.live.object(c.ID); labelOf(u, LabelTrack) == TrackCanary {
			c.Needs = unique(append(slices.Clone(c.Needs), m.beforeCanaryGoes(u)...))
		}
	}
}

// beforeCanaryGoes returns what has to be done before something of a canary is deleted.
func (m *maker) beforeCanaryGoes(u *unstructured.Unstructured) []Need {
	var needs []Need
	order := func(id ObjectID) int { return slices.Index([]string{"Ingress", "Service", "Deployment"}, id.Kind) }
	for _, c := range m.changes {
		if isDeployment(c.ID) && c.Action != Delete && labelOf(c.Object, LabelApp) == labelOf(u, LabelApp) {
			needs = append(needs, Need{c.ID, Ready})
		}
	}
	for _, c := range m.deletes {
		other := m.live.object(c.ID)
		if labelOf(other, LabelApp) == labelOf(u, LabelApp) && labelOf(other, LabelTrack) == TrackCanary && order(c.ID) < order(IDOf(u)) {
			needs = append(needs, Need{c.ID, Gone})
		}
	}
	return needs
}
