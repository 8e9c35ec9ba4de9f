package dsl

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// chosenPort is a port of an app that a Service names.
type chosenPort struct {
	label  string
	number int32 // of the Service's port; 0: that of the port's block
	at     hcl.Range
}

// chosenPorts decodes a list of labels, or numbers by label.
var chosenPorts = kind[serviceBlock]{name: "list of text, or map of numbers", decode: func(s *scope, to *serviceBlock, a argument) {
	v, ok := s.plain(a, cty.DynamicPseudoType)
	if !ok {
		return
	}
	chosen := []chosenPort{}
	if ty := v.Type(); ty.IsObjectType() || ty.IsMapType() {
		entries, _ := s.entries(a)
		for _, e := range entries {
			number, ok := s.integer(argument{name: a.name + "." + e.key, expr: hcl.StaticExpr(e.value, e.rng), rng: e.rng}, 1, 65535)
			if ok {
				chosen = append(chosen, chosenPort{e.key, number, e.rng})
			}
		}
	} else {
		labels, _ := s.texts(a)
		for i, label := range labels {
			at := a.expr.Range()
			if written, diags := hcl.ExprList(a.expr); !diags.HasErrors() && i < len(written) {
				at = written[i].Range()
			}
			chosen = append(chosen, chosenPort{label, 0, at})
		}
	}
	to.chosen = &chosen
}}

// Governing returns the Service that gives the pods of a StatefulSet their names, and is
// made before them: the first headless one. It is nil when there is none.
func (a *App) Governing() *Service {
	if a.Kind != StatefulSet {
		return nil
	}
	for _, service := range a.Services() {
		if service.Headless {
			return service
		}
	}
	return nil
}

// Services returns all Services of an app, the one that host names first.
func (a *App) Services() []*Service {
	if a.Service == nil {
		return nil
	}
	return append([]*Service{a.Service}, a.Further...)
}

// values are what references see of a Service.
func (service *Service) values(namespace string) map[string]cty.Value {
	ports := map[string]cty.Value{}
	for _, p := range service.Ports {
		if _, taken := ports[p.Label]; !taken { // that of another protocol has the same number
			ports[p.Label] = cty.NumberIntVal(int64(p.ServicePort))
		}
	}
	return map[string]cty.Value{
		"host": cty.StringVal(service.Name),
		"fqdn": cty.StringVal(fmt.Sprintf("%s.%s.svc.cluster.local", service.Name, namespace)),
		"port": cty.ObjectVal(ports),
	}
}

// completeServices settles what the ports and the service blocks together mean.
func (s *scope) completeServices(a *appBlock) {
	if len(a.services) == 0 {
		first := slices.IndexFunc(a.Ports, func(p Port) bool { return p.Exposed })
		if first < 0 {
			return
		}
		a.services = []*serviceBlock{{Service: &Service{DeclRange: a.Ports[first].DeclRange}, of: a}}
	}
	main := max(slices.IndexFunc(a.services, func(b *serviceBlock) bool { return b.Name == "" }), 0)
	s.nameServices(a, main)
	for _, b := range a.services {
		s.choosePorts(b)
	}
	s.distributeNodePorts(a, main)
	for i, b := range a.services {
		if b.Type == "" {
			b.Type = serviceClusterIP
		}
		if len(b.Ports) == 0 && !b.Headless && !b.failed {
			s.withoutPort(b)
			continue
		}
		if !b.failed {
			s.checkServicePorts(b)
			s.checkServiceSelector(b)
			s.checkService(b)
		}
		if i == main {
			a.Service = b.Service
		} else {
			a.Further = append(a.Further, b.Service)
		}
	}
}

// checkServiceSelector reports a selector that would not find the app's pods, or those of one
// version of them alone.
func (s *scope) checkServiceSelector(b *serviceBlock) {
	at := b.at["selector"]
	switch {
	case b.Selector == nil:
	case b.of.Selector == nil:
		s.report(problem(&at, "Conflicting arguments", "The pods of %s are found by labels of stowage's own, by its Services too. selector goes with selector of the app.", b.of.Address))
	case len(b.Selector) == 0:
		s.report(problem(&at, "Invalid value", `"selector" is empty, which would mean no pod.`))
	default:
		for _, key := range slices.Sorted(maps.Keys(b.Selector)) {
			if value, ok := b.of.PodLabels[key]; !ok || value != b.Selector[key] {
				s.report(problem(&at, "Invalid value", "The Service %q asks for the label %s = %q, which the pods of %s do not have.", b.Name, key, b.Selector[key], b.of.Address))
			}
		}
	}
}

// nameServices gives the app's name to its Service, and reports names that are missing or
// there twice.
func (s *scope) nameServices(a *appBlock, main int) {
	named := map[string]*serviceBlock{}
	for i, b := range a.services {
		if b.Name == "" && i != main && b.failed {
			continue
		}
		if b.Name == "" && i != main {
			s.report(problem(&b.DeclRange, "Missing required argument", "%s has a Service without a name of its own already, at %s. Each further one needs a name.", a.Address, place(a.services[main].DeclRange)))
			continue
		}
		if b.Name == "" {
			b.Name = a.Name
		}
		if other := named[b.Name]; other != nil {
			s.report(problem(&b.DeclRange, "Duplicate block", "There is a Service %q of %s already at %s.", b.Name, a.Address, place(other.DeclRange)))
		}
		named[b.Name] = b
	}
}

// withoutPort reports a Service that could not be made.
func (s *scope) withoutPort(b *serviceBlock) {
	switch a := b.of; {
	case len(a.Ports) == 0:
		s.report(problem(&b.DeclRange, "Service without a port", "%s has a service block but no port block, and a Service without ports is not possible.", a.Address))
	case b.chosen == nil:
		s.report(problem(&b.DeclRange, "Service without a port", "No port of %s is exposed, and a Service without ports is not possible.", a.Address))
	case len(*b.chosen) == 0:
		s.report(problem(&b.DeclRange, "Service without a port", "A Service without ports is not possible, unless it is headless."))
	} // any other choice has errors
}

// choosePorts finds the ports of a Service.
func (s *scope) choosePorts(b *serviceBlock) {
	if b.chosen == nil {
		for _, p := range b.of.Ports {
			if p.Exposed {
				b.Ports = append(b.Ports, p)
			}
		}
		return
	}
	seen := map[string]bool{}
	for _, c := range *b.chosen {
		if seen[c.label] {
			s.report(problem(&c.at, "Duplicate port", "The Service has the port %q already.", c.label))
			continue
		}
		found := 0
		for _, p := range b.of.Ports {
			if p.Label != c.label || !p.Exposed {
				continue
			}
			found++
			if c.number != 0 {
				p.ServicePort = c.number
			}
			b.Ports = append(b.Ports, p)
		}
		if found == 0 {
			s.report(problem(&c.at, "Unknown port", "%s exposes no port %q.%s", b.of.Address, c.label, suggestion(c.label, labelsOf(b.of.exposed()))))
		}
		seen[c.label] = true
	}
}

func (a *App) exposed() []Port {
	return slices.DeleteFunc(slices.Clone(a.Ports), func(p Port) bool { return !p.Exposed })
}

func labelsOf(ports []Port) []string {
	var labels []string
	for _, p := range ports {
		labels = append(labels, p.Label)
	}
	return labels
}

// distributeNodePorts leaves each port of the nodes to one of the Services that have the
// port: to the one whose type says that it has such ports, or else to the app's own.
func (s *scope) distributeNodePorts(a *appBlock, main int) {
	services := slices.Concat(a.services[main:main+1], a.services[:main], a.services[main+1:])
	for _, p := range a.Ports {
		if p.NodePort == 0 {
			continue
		}
		var said, unsaid, other []*serviceBlock
		for _, b := range services {
			switch {
			case !slices.ContainsFunc(b.Ports, p.is):
			case b.Type == serviceNodePort || b.Type == serviceLoadBalancer:
				said = append(said, b)
			case b.Type == "" && !b.Headless:
				unsaid = append(unsaid, b)
			default:
				other = append(other, b)
			}
		}
		takers := slices.Concat(said, unsaid)
		switch {
		case len(said) > 1:
			s.report(problem(&p.DeclRange, "Conflicting arguments", "The Services %q and %q would both have the node_port %d. Give one of them a port block of its own.", said[0].Name, said[1].Name, p.NodePort))
		case len(takers) > 0:
		case len(other) > 0 && other[0].Headless:
			s.report(problem(&p.DeclRange, "Conflicting arguments", "A headless Service has no node_port."))
		case len(other) > 0:
			s.report(problem(&p.DeclRange, "Conflicting arguments", "A Service of type ClusterIP has no node_port. Leave out the type, or the node_port."))
		}
		for _, b := range services {
			if len(takers) > 0 && b == takers[0] {
				if b.Type == "" {
					b.Type = serviceNodePort
				}
				continue
			}
			if i := slices.IndexFunc(b.Ports, p.is); i >= 0 {
				b.Ports[i].NodePort = 0
			}
		}
	}
}

// is reports whether two ports are of one block.
func (p Port) is(other Port) bool { return p.DeclRange == other.DeclRange }

// checkServicePorts reports ports of a Service that cannot be told apart, and those that
// lead nowhere.
func (s *scope) checkServicePorts(b *serviceBlock) {
	for i, p := range b.Ports {
		s.checkTarget(b.of, p)
		if p.ServiceName == "" && len(b.Ports) > 1 {
			s.report(problem(&p.DeclRange, "Missing required argument", "The Service %q has %d ports, each of which needs a name: give the port a service_name.", b.Name, len(b.Ports)))
		}
		if slices.ContainsFunc(b.of.clashing, p.is) {
			continue
		}
		for _, other := range b.Ports[:i] {
			if s.failed(func() { s.checkServicePort(other, p) }) {
				break
			}
		}
	}
}

func (s *scope) checkServicePort(a, b Port) {
	same := a.Protocol == b.Protocol && a.ServicePort == b.ServicePort && a.ServicePort != 0
	switch {
	case same && a.Number == b.Number:
		s.report(problem(&b.DeclRange, "Duplicate port", "The port %q at %s has the number %d and protocol %s already.", a.Label, place(a.DeclRange), a.Number, a.Protocol))
	case same:
		s.report(problem(&b.DeclRange, "Duplicate port", "The port %q at %s has the service_port %d already.", a.Label, place(a.DeclRange), a.ServicePort))
	case a.ServiceName == b.ServiceName && a.ServiceName != "":
		s.report(problem(&b.DeclRange, "Duplicate port", "The port %q at %s has the name %q in the Service already.", a.Label, place(a.DeclRange), a.ServiceName))
	}
}

// checkTarget reports a target that names no port of the pods.
func (s *scope) checkTarget(a *appBlock, p Port) {
	if p.Target == "" || portNumber(p.Target) != 0 {
		return
	}
	var names []string
	for _, other := range a.Ports {
		if listed, ok := a.ContainerPort(other); ok && listed.Name != "" {
			names = append(names, listed.Name)
		}
	}
	if !slices.Contains(names, p.Target) {
		s.report(problem(&p.DeclRange, "Unknown port", "The target of the port %q is the port %q, which no container of %s lists.%s", p.Label, p.Target, a.Address, suggestion(p.Target, names)))
	}
}
