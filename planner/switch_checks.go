package planner

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// checkPhase is when a check runs.
type checkPhase string

// The phases of a switch that have checks.
const (
	checkBefore checkPhase = "before" // traffic moves: the preview is asked
	checkAfter  checkPhase = "after"  // it has moved: the Service is asked
)

// check has the app's checks run at a stage, against a Service of it.
func (a *appSwitch) check(at stage, phase checkPhase, service *unstructured.Unstructured, side Side) {
	for _, template := range a.checks() {
		job := checkJob(template, phase, service, side, a.m.in.Prior.Revision+1)
		a.change(at, fmt.Sprintf("checks %s %s traffic moves", side, phase), job)
	}
}

// checks returns the templates of the app's checks, if any are to run: the way back must
// not depend on them.
func (a *appSwitch) checks() []Object {
	var checks []Object
	if a.want.NoChecks || a.want.Operation != SwitchForward {
		return nil
	}
	for _, o := range a.base {
		if o.Role != RoleCheck || appOf(o) != a.app {
			continue
		}
		if live := a.m.live.object(o.ID); live != nil {
			o = a.object(live)
		}
		checks = append(checks, o)
	}
	return checks
}

// late is for how many seconds a Job outlives its time. When that is over, it deletes
// its pods with all that they have to say, which is for runs that were killed: others
// end it before.
const late = 60

// forgotten is for how many seconds a Job that a killed run has left is there at most
// when it has ended, though nobody runs anything again.
const forgotten = 3600

// checkJob returns the Job that checks a version at a revision, made from the template of
// the check. It asks a Service, in whose place the variables of its environment put it.
func checkJob(template Object, phase checkPhase, service *unstructured.Unstructured, side Side, revision int) Object {
	fields, _, _ := unstructured.NestedMap(template.Manifest.Object, "spec", "jobTemplate")
	job := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(fields)}
	job.SetGroupVersionKind(jobKind)
	job.SetNamespace(template.ID.Namespace)
	job.SetName(checkName(template.ID.Name, phase, revision))
	labels := job.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[LabelRelease] = template.Manifest.GetLabels()[LabelRelease]
	job.SetLabels(labels)
	addEnv(podSpecOf(job), map[string]string{
		envHost: service.GetName(), envPort: portOf(service), envPhase: string(phase), envColor: side.Name, envVersion: side.Version,
	})
	timeout := intOr(job, 0, "spec", "activeDeadlineSeconds")
	setNumber(job, timeout+late, "spec", "activeDeadlineSeconds")
	setNumber(job, forgotten, "spec", "ttlSecondsAfterFinished")
	return Object{
		ID: IDOf(job), Manifest: job, Address: template.Address, Origin: template.Origin, Role: RoleCheck, Run: true,
		Timeout: time.Duration(timeout) * time.Second,
		Impact:  fmt.Sprintf("asks %s:%s", service.GetName(), portOf(service)),
	}
}

func setNumber(u *unstructured.Unstructured, n int64, fields ...string) {
	if err := unstructured.SetNestedField(u.Object, n, fields...); err != nil {
		panic(fmt.Sprintf("%s: %v", IDOf(u), err)) // rendered templates have a spec
	}
}

// checkName names the Job of a check: pods are labelled with the name, which must fit.
func checkName(check string, phase checkPhase, revision int) string {
	const longest = 63
	suffix := fmt.Sprintf("-%s-%d", phase, revision)
	return strings.TrimRight(check[:min(len(check), longest-len(suffix))], "-") + suffix
}

// addEnv puts variables before those of the containers, which may refer to them, and in
// the place of any of the same name.
func addEnv(pod map[string]any, values map[string]string) {
	containers, _ := pod["containers"].([]any)
	for _, c := range maplist(containers) {
		var env []any
		for _, name := range slices.Sorted(maps.Keys(values)) {
			env = append(env, map[string]any{"name": name, "value": values[name]})
		}
		for _, own := range maplist(c["env"]) {
			name, _ := own["name"].(string)
			if _, ours := values[name]; !ours {
				env = append(env, own)
			}
		}
		c["env"] = env
	}
}

// portOf returns the first port of a Service, in digits; empty when it has none.
func portOf(service *unstructured.Unstructured) string {
	ports, _, _ := unstructured.NestedSlice(service.Object, "spec", "ports")
	for _, p := range maplist(ports) {
		if n, ok := integer(p["port"]); ok {
			return strconv.FormatInt(n, 10)
		}
	}
	return ""
}
