package importer

import (
	"maps"
	"slices"
	"strings"

	"stowage/dsl"
)

// topologies are the labels of nodes that have short names in the language.
var topologies = map[string]string{
	"kubernetes.io/hostname":        "node",
	"topology.kubernetes.io/zone":   "zone",
	"topology.kubernetes.io/region": "region",
}

func topologyOf(key field) string {
	if short, ok := topologies[key.text()]; ok {
		return short
	}
	return key.text()
}

// writeScheduling writes on which nodes the pods run. What the API server takes as a whole is
// written as a whole, or left to an override.
func (a *appWriter) writeScheduling(b *block) {
	a.writeTolerations(b)
	a.writeSpread(b)
	affinity := a.pod.at("affinity")
	a.writeNodeAffinity(b, affinity.at("nodeAffinity"))
	a.writePodAffinity(b, "affinity", affinity.at("podAffinity"))
	a.writePodAffinity(b, "anti_affinity", affinity.at("podAntiAffinity"))
}

func (a *appWriter) writeTolerations(b *block) {
	list := a.pod.at("tolerations").list()
	for _, t := range list {
		operator := t.at("operator").text()
		if !t.hasOnly("key", "operator", "value", "effect", "tolerationSeconds") || operator != "Exists" && operator != "Equal" && operator != "" {
			return
		}
	}
	for _, t := range list {
		inner := b.block("toleration", t.path)
		inner.take("key", t.at("key"))
		if value := t.at("value"); !t.at("operator").is("Exists") {
			inner.set("value", value.text(), value.path)
		}
		inner.take("effect", t.at("effect"))
		inner.takeSeconds("for", t.at("tolerationSeconds"))
	}
}

func (a *appWriter) writeSpread(b *block) {
	for _, c := range a.pod.at("topologySpreadConstraints").list() {
		selector := c.at("labelSelector")
		if !c.hasOnly("topologyKey", "maxSkew", "whenUnsatisfiable", "labelSelector", "matchLabelKeys", "minDomains") ||
			!selector.hasOnly("matchLabels") || !maps.Equal(selector.at("matchLabels").texts(), a.selector()) {
			continue
		}
		versions, ok := a.spreadVersions(c.at("matchLabelKeys"))
		if !ok {
			continue
		}
		inner := b.block("spread", c.path)
		inner.set("across", topologyOf(c.at("topologyKey")), c.at("topologyKey").path)
		if skew := c.at("maxSkew"); skew.number() != 1 {
			inner.take("max_skew", skew)
		}
		inner.take("min_domains", c.at("minDomains"))
		if when := c.at("whenUnsatisfiable"); when.is("DoNotSchedule") {
			inner.set("required", true, when.path)
		}
		if versions != "" {
			inner.set("versions", versions, "")
		}
	}
}

// spreadVersions says how the pods of a Deployment's versions are counted, "" for the usual
// way, and whether the language can say it.
func (a *appWriter) spreadVersions(keys field) (string, bool) {
	list := keys.list()
	apart := len(list) == 1 && list[0].is("pod-template-hash")
	if a.workload.id.Kind != string(dsl.Deployment) {
		return "", len(list) == 0
	}
	if apart {
		return "", true
	}
	return "together", len(list) == 0
}

// selector returns the labels by which the app's pods are found.
func (a *appWriter) selector() map[string]string { return selectorOf(a.workload) }

func selectorOf(w *object) map[string]string {
	return field{value: w.Object.Object}.at("spec", "selector", "matchLabels").texts()
}

// writeNodeAffinity writes conditions and wishes. A list of conditions is one of alternatives,
// of which the language has one.
func (a *appWriter) writeNodeAffinity(b *block, affinity field) {
	terms := affinity.at("requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms").list()
	if len(terms) == 1 && terms[0].hasOnly("matchExpressions") {
		for _, expression := range terms[0].at("matchExpressions").list() {
			inner := b.block("node_affinity", expression.path)
			writeNodeExpression(inner, expression)
			inner.set("required", true, "")
		}
	}
	wishes := affinity.at("preferredDuringSchedulingIgnoredDuringExecution").list()
	for _, wish := range wishes {
		if term := wish.at("preference"); !term.hasOnly("matchExpressions") || len(term.at("matchExpressions").list()) != 1 {
			return
		}
	}
	for _, wish := range wishes {
		inner := b.block("node_affinity", wish.path)
		writeNodeExpression(inner, wish.at("preference", "matchExpressions").list()[0])
		writeWeight(inner, wish.at("weight"))
	}
}

func writeNodeExpression(b *block, expression field) {
	b.take("label", expression.at("key"))
	values := expression.at("values")
	if operator := expression.at("operator"); !operator.is("In") && (!operator.is("Exists") || values.exists()) {
		b.take("operator", operator)
	}
	b.take("values", values)
}

func writeWeight(b *block, weight field) {
	const usual = 100
	if weight.number() != usual {
		b.take("weight", weight)
	}
}

// writePodAffinity writes to which pods the app's are drawn, or which they keep away from.
func (a *appWriter) writePodAffinity(b *block, kind string, affinity field) {
	required := affinity.at("requiredDuringSchedulingIgnoredDuringExecution").list()
	wishes := affinity.at("preferredDuringSchedulingIgnoredDuringExecution").list()
	if allTerms(required, func(f field) field { return f }) {
		for _, term := range required {
			inner := b.block(kind, term.path)
			a.writePodTerm(inner, kind, term, true)
			inner.set("required", true, "")
		}
	}
	if allTerms(wishes, func(f field) field { return f.at("podAffinityTerm") }) {
		for _, wish := range wishes {
			inner := b.block(kind, wish.path)
			a.writePodTerm(inner, kind, wish.at("podAffinityTerm"), false)
			writeWeight(inner, wish.at("weight"))
		}
	}
}

// allTerms reports whether the language can say all of a list of terms.
func allTerms(list []field, term func(field) field) bool {
	for _, f := range list {
		t := term(f)
		if selector := t.at("labelSelector"); !t.hasOnly("labelSelector", "topologyKey") || !selector.hasOnly("matchLabels") || len(selector.at("matchLabels").object()) == 0 {
			return false
		}
	}
	return true
}

func (a *appWriter) writePodTerm(b *block, kind string, term field, required bool) {
	labels := term.at("labelSelector", "matchLabels")
	drawnToItself := kind == "affinity" && required // which the language takes for an error: the first pod would wait
	switch p := a.appWith(labels.texts()); {
	case p == a.part && !drawnToItself:
	case p != nil && p != a.part && a.link(a.part, p):
		b.set("app", raw(p.address()), labels.path)
	case p != nil && p != a.part:
		b.set("app", p.main().id.Name, labels.path)
	default:
		b.take("labels", labels)
	}
	if within := topologyOf(term.at("topologyKey")); within != "node" {
		b.set("within", within, term.at("topologyKey").path)
	}
}

// appWith returns the app whose pods are found by exactly these labels.
func (a *appWriter) appWith(labels map[string]string) *part {
	if maps.Equal(a.selector(), labels) {
		return a.part
	}
	for _, p := range a.parts {
		if p.kind == "app" && maps.Equal(selectorOf(p.main()), labels) {
			return p
		}
	}
	return nil
}

// writeHost writes what the pods share with their nodes, and how they find names.
func (a *appWriter) writeHost(b *block) {
	host := b.block("host", "")
	host.take("network", a.pod.at("hostNetwork"))
	host.take("pid", a.pod.at("hostPID"))
	host.take("ipc", a.pod.at("hostIPC"))
	host.take("users", a.pod.at("hostUsers"))
	b.unlessEmpty(host)

	config := a.pod.at("dnsConfig")
	dns := b.block("dns", config.path)
	dns.take("policy", a.pod.at("dnsPolicy"))
	dns.take("nameservers", config.at("nameservers"))
	dns.take("searches", config.at("searches"))
	var options fields
	for _, option := range config.at("options").list() {
		options = append(options, attr{name: option.at("name").text(), value: option.at("value").text(), path: option.path})
	}
	inOrder := slices.IsSortedFunc(options, func(x, y attr) int { return strings.Compare(x.name, y.name) })
	if len(options) > 0 && inOrder { // as the language has them
		dns.set("options", options, config.at("options").path)
	}
	b.unlessEmpty(dns)
}
