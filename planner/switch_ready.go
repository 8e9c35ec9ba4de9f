package planner

import (
	"cmp"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// NotThereError says that a version cannot get traffic, since it is not fully there.
type NotThereError struct {
	App     string
	Side    Side
	Ready   int64    // pods that are ready, as far as traffic can tell
	Wanted  int64    // pods that there are to be
	Reasons []string // why, of some pods
}

// Error returns "petclinic: green 1.0.1 is not fully there: 1 of 3 pods ready; ...".
func (e *NotThereError) Error() string {
	text := fmt.Sprintf("%s: %s is not fully there: %d of %d pods ready", e.App, e.Side, e.Ready, e.Wanted)
	return strings.Join(append([]string{text}, e.Reasons...), "; ")
}

// prepare sees to it that a color can take the traffic of the active one, and returns how
// many pods it does that with. With fewer pods than the active one it is scaled up first.
// Otherwise it has to be there now: who switches has chosen the moment.
func (a *appSwitch) prepare(active, to Color) (int64, error) {
	live := a.sides.colors[to]
	pods, needed := replicasOf(live), a.needed(active, to)
	o := a.object(live)
	switch {
	case pods < needed:
		o.Manifest = withReplicas(o.Manifest, needed)
		a.change(stageGrow, "as many pods as "+a.side(active).String()+" has", o)
		return needed, nil
	case a.m.in.Prior.Interrupted: // the run may have scaled it up: that is waited for
		a.change(stageGrow, "its pods are waited for", o)
		return pods, nil
	}
	return pods, a.checkThere(to, pods)
}

// needed returns how many pods a color has to have for the traffic of the active one.
func (a *appSwitch) needed(active, to Color) int64 {
	declared := int64(1)
	if r, err := rolloutOf(a.sides.colors[to]); err == nil && r != nil && r.Replicas != nil {
		declared = int64(*r.Replicas)
	} else if a.sides.autoscaler != nil {
		declared = intOr(a.sides.autoscaler, 1, "spec", "minReplicas")
	}
	return max(declared, replicasOf(a.sides.colors[active]), 1)
}

// checkThere returns why a color is not fully there, as its Deployment and its pods tell.
// Endpoints follow these within moments, and may do so still, right after a switch: they
// are looked at right before the move.
func (a *appSwitch) checkThere(color Color, wanted int64) error {
	live, is := a.sides.colors[color], a.sides.podsOf(string(color))
	ready := min(a.side(color).Ready, a.crowd.ready(is))
	old := intOr(live, 0, "status", "replicas") - intOr(live, 0, "status", "updatedReplicas")
	if ready >= wanted && old <= 0 {
		return nil
	}
	err := &NotThereError{App: a.app, Side: a.side(color), Ready: ready, Wanted: wanted}
	if old > 0 {
		err.Reasons = append(err.Reasons, fmt.Sprintf("%d of an earlier version are still there", old))
	}
	err.Reasons = append(err.Reasons, a.unready(is)...)
	return err
}

// unready says of a few pods that are not ready why.
func (a *appSwitch) unready(are func(*unstructured.Unstructured) bool) []string {
	const enough = 3
	var reasons []string
	for _, pod := range a.crowd.some(are) {
		if !isReady(pod) && len(reasons) < enough {
			reasons = append(reasons, fmt.Sprintf("%s %s", IDOf(pod), whyNotReady(pod)))
		}
	}
	return reasons
}

// whyNotReady says what a pod waits for.
func whyNotReady(pod *unstructured.Unstructured) string {
	for _, list := range []string{"initContainerStatuses", "containerStatuses"} {
		statuses, _, _ := unstructured.NestedSlice(pod.Object, "status", list)
		for _, s := range maplist(statuses) {
			reason, _, _ := unstructured.NestedString(s, "state", "waiting", "reason")
			message, _, _ := unstructured.NestedString(s, "state", "waiting", "message")
			if reason != "" && reason != "ContainerCreating" && reason != "PodInitializing" {
				return "waits: " + joinWords(reason, message)
			}
		}
	}
	if scheduled := conditionOf(pod, "PodScheduled"); scheduled.status == "False" {
		return "has no node: " + cmp.Or(scheduled.message, scheduled.reason)
	}
	return "is not ready yet"
}
