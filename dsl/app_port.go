package dsl

import "github.com/hashicorp/hcl/v2"

var portSchema = newSchema([]arg[Port]{
	{
		name: "number", kind: integer(func(p *Port) *int32 { return &p.Number }, 1, 65535), required: true,
		doc: "Port the container listens on.",
	},
	{
		name: "service_port", kind: integer(func(p *Port) *int32 { return &p.ServicePort }, 1, 65535), initial: "`number`",
		doc: "Port of the Service.",
	},
	{
		name: "protocol", kind: text(func(p *Port) *string { return &p.Protocol }, oneOf("TCP", "UDP", "SCTP")), initial: `"TCP"`,
		doc: "`\"TCP\"`, `\"UDP\"` or `\"SCTP\"`.",
	},
	{
		name: "node_port", kind: integer(func(p *Port) *int32 { return &p.NodePort }, 1, 65535),
		doc: "Port of every node that leads here; clusters usually allow 30000 to 32767. It makes the Service one of type NodePort.",
	},
})

var serviceSchema = newSchema([]arg[Service]{
	{
		name: "type", kind: text(func(s *Service) *string { return &s.Type }, oneOf("ClusterIP", "NodePort", "LoadBalancer")),
		initial: `"ClusterIP"`,
		doc:     "`\"ClusterIP\"`, `\"NodePort\"` or `\"LoadBalancer\"`. With a `node_port` on a port the default is `\"NodePort\"`.",
	},
	{
		name: "headless", kind: boolean(func(s *Service) *bool { return &s.Headless }), initial: "false",
		doc: "No address of its own: the name leads to the pods themselves. For a StatefulSet it gives each pod a name, and is made before it.",
	},
	{
		name: "annotations", kind: textMap(func(s *Service) *map[string]string { return &s.Annotations }, annotationKey),
		doc: "Annotations of the Service.",
	},
})

func decodePort(s *scope, to *appBlock, b *hcl.Block) {
	p := Port{Name: b.Labels[0], Protocol: "TCP", DeclRange: b.DefRange}
	if err := portName(p.Name); err != nil {
		s.report(problem(&b.LabelRanges[0], "Invalid name", "The name of a port %s.", err))
	}
	portSchema.decode(s, b.Body, &p)
	if p.ServicePort == 0 {
		p.ServicePort = p.Number
	}
	for _, other := range to.Ports {
		if s.failed(func() { s.checkPorts(other, p, b) }) {
			break
		}
	}
	to.Ports = append(to.Ports, p)
}

// checkPorts reports two ports of an app that cannot be told apart.
func (s *scope) checkPorts(a, b Port, at *hcl.Block) {
	same := a.Protocol == b.Protocol
	switch {
	case a.Name == b.Name:
		s.report(problem(&at.LabelRanges[0], "Duplicate port", "There is a port %q already at %s.", a.Name, place(a.DeclRange)))
	case same && a.Number == b.Number && a.Number != 0 && a.ServicePort == b.ServicePort:
		s.report(problem(&at.DefRange, "Duplicate port", "The port %q at %s has the number %d and protocol %s already.", a.Name, place(a.DeclRange), a.Number, a.Protocol))
	case same && a.ServicePort == b.ServicePort && a.ServicePort != 0:
		s.report(problem(&at.DefRange, "Duplicate port", "The port %q at %s has the service_port %d already.", a.Name, place(a.DeclRange), a.ServicePort))
	}
}

func decodeService(s *scope, to *appBlock, b *hcl.Block) {
	to.Service = &Service{DeclRange: b.DefRange}
	serviceSchema.decode(s, b.Body, to.Service)
}

// completeService settles what the ports and the service block together mean.
func (s *scope) completeService(a *appBlock) {
	if len(a.Ports) == 0 {
		if a.Service != nil {
			s.report(problem(&a.Service.DeclRange, "Service without a port", "%s has a service block but no port block, and a Service without ports is not possible.", a.Address))
		}
		a.Service = nil
		return
	}
	if a.Service == nil {
		a.Service = &Service{DeclRange: a.Ports[0].DeclRange}
	}
	a.Service.Name = a.Name
	nodePort := firstNodePort(a.Ports)
	switch {
	case nodePort == nil:
	case a.Service.Headless:
		s.report(problem(&nodePort.DeclRange, "Conflicting arguments", "A headless Service has no node_port."))
	case a.Service.Type == "":
		a.Service.Type = "NodePort"
	case a.Service.Type == "ClusterIP":
		s.report(problem(&nodePort.DeclRange, "Conflicting arguments", "A Service of type ClusterIP has no node_port. Leave out the type, or the node_port."))
	}
	if a.Service.Type == "" {
		a.Service.Type = "ClusterIP"
	}
	if a.Service.Headless && a.Service.Type != "ClusterIP" {
		s.report(problem(&a.Service.DeclRange, "Conflicting arguments", "A headless Service is of type ClusterIP, not %s.", a.Service.Type))
	}
}

func firstNodePort(ports []Port) *Port {
	for i := range ports {
		if ports[i].NodePort != 0 {
			return &ports[i]
		}
	}
	return nil
}
