package planner

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// impactOf says what an update means for those who use the object.
func impactOf(was, result *unstructured.Unstructured, changes []fieldChange) impact {
	id := IDOf(result)
	switch id.Group + "/" + id.Kind {
	case "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet":
		return workloadImpact(id.Kind, was, result, changes)
	case "batch/CronJob":
		return harmless(cronJobImpact(result, changes))
	case "autoscaling/HorizontalPodAutoscaler":
		return harmless(autoscalerImpact(result))
	case "/PersistentVolumeClaim":
		return harmless(claimImpact(was, result))
	case "/Service":
		return serviceImpact(was, result, changes)
	case "/ConfigMap", "/Secret":
		if touches(changes, "data") || touches(changes, "binaryData") || touches(changes, "stringData") {
			return harmless("no pod rolls; mounted files follow by themselves, environment variables when pods restart")
		}
	}
	return harmless("no pod rolls")
}

func workloadImpact(kind string, was, result *unstructured.Unstructured, changes []fieldChange) impact {
	var all impact
	if rollsPods(changes) {
		all = append(all, rollImpact(kind, result)...)
	}
	if touches(changes, "spec", "replicas") {
		before, after := intOr(was, 1, "spec", "replicas"), intOr(result, 1, "spec", "replicas")
		all = append(all, Risk{Text: fmt.Sprintf("scales %d -> %d", before, after)})
		if after < before && takesClaims(result, "whenScaled") {
			all = append(all, Risk{RiskData, "the claims of the pods that stop go with them"})
		}
	}
	if len(all) > 0 {
		return all
	}
	if touches(changes, "metadata", "annotations", AnnotationDeployed) {
		return harmless(fmt.Sprintf("%s counts as deployed last; no pod rolls", sideName(result)))
	}
	return harmless("no pod rolls")
}

func cronJobImpact(result *unstructured.Unstructured, changes []fieldChange) string {
	const impact = "no pod rolls; counts from the next run on"
	if !touches(changes, "spec", "suspend") {
		return impact
	}
	if suspended, _, _ := unstructured.NestedBool(result.Object, "spec", "suspend"); suspended {
		return "runs no more until it is resumed; what runs goes on"
	}
	return "runs again by its schedule"
}

// sideName returns color and version of a Deployment that has a color.
func sideName(u *unstructured.Unstructured) string { return sideOf(labelOf(u, LabelColor), u).String() }

// rollsPods reports whether the pod template changes, which is what makes a
// controller replace pods.
func rollsPods(changes []fieldChange) bool { return touches(changes, "spec", "template") }

// touches reports whether a change is at the fields or inside.
func touches(changes []fieldChange, fields ...string) bool {
	return slices.ContainsFunc(changes, func(ch fieldChange) bool {
		for i, field := range fields {
			if i >= len(ch.path) {
				return true // the whole of it comes or goes
			}
			if ch.path[i].field != field {
				return false
			}
		}
		return true
	})
}

func rollImpact(kind string, u *unstructured.Unstructured) impact {
	if paused, _, _ := unstructured.NestedBool(u.Object, "spec", "paused"); paused {
		return harmless("no pod rolls until the rollout is resumed")
	}
	switch kind {
	case "Deployment":
		return deploymentRoll(u)
	case "StatefulSet":
		return statefulSetRoll(u)
	}
	if strategy, _, _ := unstructured.NestedString(u.Object, "spec", "updateStrategy", "type"); strategy == "OnDelete" {
		return harmless("no pod rolls until it is deleted (OnDelete)")
	}
	return harmless(fmt.Sprintf("%s roll, node by node", podsOf(u, intOr(u, 0, "status", "desiredNumberScheduled"))))
}

func deploymentRoll(u *unstructured.Unstructured) impact {
	replicas := intOr(u, 1, "spec", "replicas")
	if replicas == 0 {
		return harmless("no pod rolls, since none runs")
	}
	strategy, _, _ := unstructured.NestedString(u.Object, "spec", "strategy", "type")
	if strategy == "Recreate" {
		return restart(u, replicas)
	}
	surge, surgeText := scaled(u, replicas, true, "spec", "strategy", "rollingUpdate", "maxSurge")
	fewer, fewerText := scaled(u, replicas, false, "spec", "strategy", "rollingUpdate", "maxUnavailable")
	rolls := verb(podsOf(u, replicas), replicas, "roll")
	switch {
	case surge == 0 && replicas <= max(fewer, 1): // Kubernetes takes one down when both round to 0
		return restart(u, replicas)
	case surge == 0:
		return harmless(fmt.Sprintf("%s, %d fewer at a time (unavailable %s)", rolls, max(fewer, 1), fewerText))
	case fewer == 0:
		return harmless(fmt.Sprintf("%s, %s more at a time (surge %s)", rolls, inWords(surge), surgeText))
	}
	return harmless(fmt.Sprintf("%s, up to %d more and %d fewer at a time (surge %s, unavailable %s)", rolls, surge, fewer, surgeText, fewerText))
}

func statefulSetRoll(u *unstructured.Unstructured) impact {
	replicas := intOr(u, 1, "spec", "replicas")
	strategy, _, _ := unstructured.NestedString(u.Object, "spec", "updateStrategy", "type")
	rolling := max(replicas-intOr(u, 0, "spec", "updateStrategy", "rollingUpdate", "partition"), 0)
	switch {
	case strategy == "OnDelete":
		return harmless("no pod rolls until it is deleted (OnDelete)")
	case rolling == 0:
		return harmless("no pod rolls, since none is above the partition")
	case replicas == 1:
		return restart(u, 1)
	case rolling == 1:
		return harmless(podsOf(u, 1) + " rolls, the others are below the partition")
	}
	return harmless(fmt.Sprintf("%s roll, one at a time, each stopped before the new one starts", podsOf(u, rolling)))
}

// scaled reads a number or a percentage of the replicas, and how it is written.
func scaled(u *unstructured.Unstructured, replicas int64, up bool, fields ...string) (int64, string) {
	v, _, _ := unstructured.NestedFieldNoCopy(u.Object, fields...)
	value := intstr.FromString("25%") // what Kubernetes takes for both
	if text, ok := v.(string); ok {
		value = intstr.Parse(text)
	} else if n, ok := integer(v); ok {
		value = intstr.FromInt32(int32(n))
	}
	n, err := intstr.GetScaledValueFromIntOrPercent(&value, int(replicas), up)
	if err != nil {
		return 0, value.String()
	}
	return int64(n), value.String()
}

// restart says that the old pods are gone before the new ones are there.
func restart(u *unstructured.Unstructured, n int64) impact {
	if n == 1 {
		return harms(RiskDowntime, podsOf(u, n)+" stops before the new one starts")
	}
	return harms(RiskDowntime, podsOf(u, n)+" stop before new ones start")
}

func podsOf(u *unstructured.Unstructured, n int64) string {
	if n == 1 {
		return "1 pod of " + u.GetName()
	}
	return fmt.Sprintf("%d pods of %s", n, u.GetName())
}

func inWords(n int64) string {
	if n == 1 {
		return "one"
	}
	return fmt.Sprint(n)
}

func serviceImpact(was, result *unstructured.Unstructured, changes []fieldChange) impact {
	var all impact
	if touches(changes, "spec", "selector") {
		all = append(all, Risk{RiskTraffic, "traffic moves to other pods"})
	}
	if touches(changes, "spec", "type") {
		before, _, _ := unstructured.NestedString(was.Object, "spec", "type")
		after, _, _ := unstructured.NestedString(result.Object, "spec", "type")
		all = append(all, Risk{Text: fmt.Sprintf("Service type %s -> %s", before, after)})
	}
	if touches(changes, "spec", "ports") {
		all = append(all, Risk{Text: "ports change"})
	}
	return append(all, Risk{Text: "no pod rolls"})
}

func autoscalerImpact(u *unstructured.Unstructured) string {
	low, high := intOr(u, 1, "spec", "minReplicas"), intOr(u, 1, "spec", "maxReplicas")
	return fmt.Sprintf("no pod rolls; %s has %d to %d pods", scaledBy(u).Name, low, high)
}

// replaceImpact says what it means to delete an object and make it again.
func replaceImpact(o Object, was *unstructured.Unstructured) impact {
	switch o.ID.Kind {
	case "Deployment", "StatefulSet":
		return restart(was, intOr(was, 1, "spec", "replicas"))
	case "DaemonSet":
		return restart(was, intOr(was, 0, "status", "desiredNumberScheduled"))
	case "Job":
		return harmless("the Job runs again from the start")
	case "Service":
		return harms(RiskDowntime, fmt.Sprintf("Service %s gets a new address and is gone for a moment", o.ID.Name))
	case "ConfigMap", "Secret":
		return harmless("pods that start while it is replaced wait for it; running ones keep the old values")
	}
	return harmless("it is gone for a moment")
}

// deleteImpact says what goes with an object.
func deleteImpact(was *unstructured.Unstructured) impact {
	switch was.GetKind() {
	case "Deployment", "StatefulSet":
		if takesClaims(was, "whenDeleted") {
			return harms(RiskData, "its claims, with what they hold, go with it")
		}
		if n := intOr(was, 1, "spec", "replicas"); n > 0 {
			return harmless(verb(podsOf(was, n), n, "stop"))
		}
	case "DaemonSet":
		if n := intOr(was, 0, "status", "desiredNumberScheduled"); n > 0 {
			return harmless(verb(podsOf(was, n), n, "stop"))
		}
	case "Job":
		if !ended(was) {
			return harmless("it is stopped before its end")
		}
	case "CronJob":
		return harmless("runs no more; what still runs is stopped")
	case "Service":
		return harmless(fmt.Sprintf("nothing answers as %s any more", was.GetName()))
	case "Ingress", "HTTPRoute":
		return harmless("requests from outside do not get in by it any more")
	case "HorizontalPodAutoscaler":
		return harmless(fmt.Sprintf("the number of pods of %s is no longer adjusted", scaledBy(was).Name))
	case "CustomResourceDefinition":
		return harms(RiskData, "all custom resources of its kind go with it")
	case "PersistentVolumeClaim":
		return harms(RiskData, "what the volume holds is lost, unless its storage class retains it")
	case "Namespace":
		return harms(RiskData, "everything in the namespace goes with it")
	}
	return nil
}

// verb joins a subject and what it does.
func verb(subject string, n int64, does string) string {
	if n == 1 {
		does += "s"
	}
	return subject + " " + does
}
