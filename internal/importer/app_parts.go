package importer

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// servicesOf returns the Services that lead to a workload's pods and to no others', the one
// first that others know the app by.
func (m *maker) servicesOf(w *object) []*object {
	if kind := dsl.AppKind(w.id.Kind); kind == dsl.Job || kind == dsl.CronJob {
		return nil
	}
	var list []*object
	for _, o := range m.objects {
		if m.isFree(o, "Service") && m.leadsTo(o, w) {
			list = append(list, o)
		}
	}
	governing := w.Object.Object["spec"].(map[string]any)["serviceName"] //nolint:forcetypeassert // it has containers in it
	rank := func(o *object) int {
		switch {
		case o.id.Name == w.id.Name:
			return 0
		case o.get("spec", "clusterIP") != "None":
			return 1
		case o.id.Name == governing:
			return 2
		}
		return 3
	}
	slices.SortStableFunc(list, func(a, b *object) int { return rank(a) - rank(b) })
	return list
}

// leadsTo reports whether a Service leads to a workload's pods and to no others'.
func (m *maker) leadsTo(service, w *object) bool {
	spec := field{value: service.Object.Object}.at("spec")
	selector := spec.at("selector").texts()
	if len(selector) == 0 || spec.at("type").is("ExternalName") || !w.matches(selector) {
		return false
	}
	// A Pod by itself counts for nothing: it comes and goes, as those that test a release.
	if !m.onlyUser(w, func(o *object) bool { return o.id.Kind != "Pod" && o.matches(selector) }) {
		return false
	}
	for _, port := range spec.at("ports").list() {
		if name := port.at("targetPort").text(); name != "" && !slices.Contains(w.portNames(), name) {
			return false // it leads nowhere, and so to no port of the app
		}
	}
	return true
}

// portNames returns the names of the ports of the workload's containers.
func (w *object) portNames() []string {
	var names []string
	for _, c := range slices.Concat(w.containers(), w.pod().at("spec", "initContainers").list()) {
		for _, port := range c.at("ports").list() {
			names = append(names, port.at("name").text())
		}
	}
	return names
}

// scales reports whether an autoscaler is for a workload.
func scales(autoscaler, w *object) bool {
	target := field{value: autoscaler.Object.Object}.at("spec", "scaleTargetRef")
	return autoscaler.id.Namespace == w.id.Namespace &&
		target.at("apiVersion").is(w.Object.GetAPIVersion()) && target.at("kind").is(w.id.Kind) && target.at("name").is(w.id.Name)
}

// convertAutoscalers writes autoscalers of the old version in the present one, where that
// says the same.
func (m *maker) convertAutoscalers() {
	for _, o := range m.objects {
		spec := field{value: o.Object.Object}.at("spec")
		old := o.id.Kind == "HorizontalPodAutoscaler" && o.Object.GetAPIVersion() == "autoscaling/v1"
		if !old || !spec.exists() || slices.ContainsFunc(slices.Collect(maps.Keys(o.Object.GetAnnotations())), isAutoscalerAnnotation) {
			continue
		}
		converted := maps.Clone(spec.object())
		delete(converted, "targetCPUUtilizationPercentage")
		if percent := spec.at("targetCPUUtilizationPercentage"); percent.exists() {
			converted["metrics"] = []any{map[string]any{"type": "Resource", "resource": map[string]any{
				"name": "cpu", "target": map[string]any{"type": "Utilization", "averageUtilization": percent.value},
			}}}
		}
		o.Object.Object["apiVersion"], o.Object.Object["spec"] = "autoscaling/v2", converted
		m.note(o, "is written in autoscaling/v2, which says the same")
	}
}

// isAutoscalerAnnotation reports whether an annotation holds what the old version of
// autoscalers has no field for.
func isAutoscalerAnnotation(key string) bool {
	switch key {
	case "autoscaling.alpha.kubernetes.io/metrics", "autoscaling.alpha.kubernetes.io/behavior":
		return true
	}
	return false
}

// autoscalersOf returns the autoscaler of a workload. Its number of pods is no longer that of
// the manifest then.
func (m *maker) autoscalersOf(w *object) []*object {
	var list []*object
	for _, o := range m.objects {
		if o.id.Kind != "HorizontalPodAutoscaler" || !scales(o, w) {
			continue
		}
		if replicas, given, _ := unstructured.NestedInt64(w.Object.Object, "spec", "replicas"); given {
			unstructured.RemoveNestedField(w.Object.Object, "spec", "replicas")
			w.Comments = maps.Clone(w.Comments)
			delete(w.Comments, "spec.replicas")
			m.note(w, "no longer has replicas = %d: %s %s chooses the number of pods", replicas, o.id.Kind, o.id.Name)
		}
		targets := percentages(o)
		if len(list) == 0 && m.isFree(o, "HorizontalPodAutoscaler") && len(targets) > 0 {
			list = append(list, o)
		}
	}
	return list
}

// budgetsOf returns the budget for exactly the pods of a workload.
func (m *maker) budgetsOf(w *object) []*object {
	if kind := dsl.AppKind(w.id.Kind); kind != dsl.Deployment && kind != dsl.StatefulSet {
		return nil
	}
	selector := field{value: w.Object.Object}.at("spec", "selector")
	for _, o := range m.objects {
		spec := field{value: o.Object.Object}.at("spec")
		its := spec.at("selector")
		if m.isFree(o, "PodDisruptionBudget") && selector.hasOnly("matchLabels") && its.hasOnly("matchLabels") && its.exists() &&
			spec.at("minAvailable").exists() != spec.at("maxUnavailable").exists() &&
			maps.Equal(its.at("matchLabels").texts(), selector.at("matchLabels").texts()) {
			return []*object{o}
		}
	}
	return nil
}

// accountsOf returns the account that a workload alone uses, and what gives it its rights
// as rules of an app do.
func (m *maker) accountsOf(w *object) []*object {
	name := w.pod().at("spec", "serviceAccountName").text()
	account := m.byID[idOf("", "ServiceAccount", m.namespace, name)]
	uses := func(o *object) bool { return o.pod().at("spec", "serviceAccountName").is(name) }
	if account == nil || name == "default" || !m.isFree(account, "ServiceAccount") || !m.onlyUser(w, uses) {
		return nil
	}
	list := []*object{account}
	list = append(list, m.rightsOf(account, "Role", m.namespace, name)...)
	return append(list, m.rightsOf(account, "ClusterRole", "", m.namespace+":"+name)...)
}

const accessGroup = "rbac.authorization.k8s.io"

// rightsOf returns a role and its binding, if they are what the rules of an app become.
func (m *maker) rightsOf(account *object, kind, namespace, name string) []*object {
	role := m.byID[idOf(accessGroup, kind, namespace, name)]
	binding := m.byID[idOf(accessGroup, kind+"Binding", namespace, name)]
	if role == nil || binding == nil || !m.isFree(role, kind) || !m.isFree(binding, kind+"Binding") {
		return nil
	}
	said := field{value: binding.Object.Object}
	subjects := said.at("subjects").list()
	ref := said.at("roleRef")
	exact := len(subjects) == 1 && subjects[0].at("kind").is("ServiceAccount") && subjects[0].at("name").is(account.id.Name) &&
		(subjects[0].at("namespace").is(m.namespace) || namespace != "" && !subjects[0].at("namespace").exists()) && ref.at("kind").is(kind) && ref.at("name").is(name) &&
		isRules(field{value: role.Object.Object}.at("rules")) && !m.boundTwice(role, binding)
	if !exact || role.get("aggregationRule") != nil {
		return nil
	}
	return []*object{role, binding}
}

// boundTwice reports whether another binding gives somebody the role too.
func (m *maker) boundTwice(role, binding *object) bool {
	return slices.ContainsFunc(m.objects, func(o *object) bool {
		ref := field{value: o.Object.Object}.at("roleRef")
		return o != binding && ref.at("kind").is(role.id.Kind) && ref.at("name").is(role.id.Name)
	})
}

// claimsOf returns the claims that the pods of a workload alone mount. Those of a StatefulSet
// have claims of their own besides, so that it has none for all of them.
func (m *maker) claimsOf(w *object) []*object {
	if w.id.Kind == string(dsl.StatefulSet) {
		return nil
	}
	var list []*object
	for _, volume := range w.pod().at("spec", "volumes").list() {
		name := volume.at("persistentVolumeClaim", "claimName").text()
		claim := m.byID[idOf("", "PersistentVolumeClaim", m.namespace, name)]
		if claim == nil || !m.isFree(claim, "PersistentVolumeClaim") || slices.Contains(list, claim) {
			continue
		}
		mounts := func(o *object) bool {
			return slices.ContainsFunc(o.pod().at("spec", "volumes").list(), func(v field) bool {
				return v.at("persistentVolumeClaim", "claimName").is(name)
			})
		}
		spec := field{value: claim.Object.Object}.at("spec")
		sharable := slices.ContainsFunc(spec.at("accessModes").list(), func(mode field) bool { return mode.is("ReadWriteMany") || mode.is("ReadOnlyMany") })
		if spec.at("resources", "requests", "storage").exists() && (sharable || w.id.Kind != string(dsl.DaemonSet)) && m.onlyUser(w, mounts) {
			list = append(list, claim)
		}
	}
	return list
}
