package importer

import (
	"maps"
	"slices"

	"stowage/dsl"
)

// writeServices writes what is said of the app's Services beside their ports.
func (a *appWriter) writeServices(b *block) {
	for i, service := range a.part.of("Service") {
		inner := b.blockOf(service, "service", "")
		if i > 0 || service.id.Name != a.workload.id.Name {
			inner.set("name", service.id.Name, "metadata.name")
		}
		a.writeServicePorts(inner, service)
		if selector := service.written().at("spec", "selector"); !maps.Equal(selector.texts(), a.selector()) {
			inner.take("selector", selector)
		}
		a.writeService(inner, service)
		if len(a.part.of("Service")) == 1 && len(a.ports.services[service]) > 0 {
			b.unlessEmpty(inner) // the ports say that there is one
		}
	}
}

// writeServicePorts writes which ports a Service has, unless it has all in their usual way.
func (a *appWriter) writeServicePorts(b *block, service *object) {
	served := a.ports.services[service]
	exposed := slices.DeleteFunc(slices.Clone(a.ports.blocks), func(p *portBlock) bool { return !p.exposed })
	usual := true
	labels, numbers := items{}, fields{}
	for _, s := range served {
		usual = usual && s.number == s.block.servicePort
		labels = append(labels, attr{value: s.block.label})
		numbers = append(numbers, attr{name: s.block.label, value: s.number})
	}
	switch {
	case usual && len(served) == len(exposed) && len(served) > 0:
	case usual:
		b.set("ports", labels, "spec.ports")
	default:
		b.set("ports", numbers, "spec.ports")
	}
}

func (a *appWriter) writeService(b *block, service *object) {
	spec := service.written().at("spec")
	nodePorts := slices.ContainsFunc(spec.at("ports").list(), func(port field) bool { return port.at("nodePort").exists() })
	if kind := spec.at("type"); !kind.is("NodePort") || !nodePorts || len(a.part.of("Service")) > 1 {
		b.take("type", kind)
	}
	if ip := spec.at("clusterIP"); ip.is("None") {
		b.set("headless", true, ip.path)
	}
	b.take("publish_not_ready", spec.at("publishNotReadyAddresses"))
	b.take("session_affinity", spec.at("sessionAffinity"))
	b.takeSeconds("session_timeout", spec.at("sessionAffinityConfig", "clientIP", "timeoutSeconds"))
	for _, argument := range []struct{ name, field string }{
		{"internal_traffic_policy", "internalTrafficPolicy"}, {"external_traffic_policy", "externalTrafficPolicy"},
		{"traffic_distribution", "trafficDistribution"}, {"ip_families", "ipFamilies"}, {"ip_family_policy", "ipFamilyPolicy"},
		{"external_ips", "externalIPs"}, {"load_balancer_class", "loadBalancerClass"}, {"source_ranges", "loadBalancerSourceRanges"},
		{"allocate_node_ports", "allocateLoadBalancerNodePorts"}, {"health_check_node_port", "healthCheckNodePort"},
	} {
		b.take(argument.name, spec.at(argument.field))
	}
	metadata := service.written().at("metadata")
	if labels := a.beside(metadata.at("labels").object()); len(labels) > 0 {
		b.set("labels", service.expression(labels, "metadata.labels"), "metadata.labels")
	}
	b.take("annotations", metadata.at("annotations"))
}

// beside returns the labels of an object that all objects of the app do not have.
func (a *appWriter) beside(labels map[string]any) map[string]any {
	all := map[string]any{dsl.LabelName: a.workload.id.Name, dsl.LabelInstance: a.release}
	for _, label := range a.labels().objects {
		all[label.name] = label.value
	}
	labels = maps.Clone(labels)
	delete(labels, managedBy)
	maps.DeleteFunc(labels, func(key string, v any) bool { return all[key] == v })
	return labels
}
