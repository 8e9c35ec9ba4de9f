package dsl

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
)

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
		name: "host_port", kind: integer(func(p *Port) *int32 { return &p.HostPort }, 1, 65535),
		doc: "Port of the node that a pod runs on, which leads to this container alone.",
	},
	{
		name: "node_port", kind: integer(func(p *Port) *int32 { return &p.NodePort }, 1, 65535),
		doc: "Port of every node that leads here; clusters usually allow 30000 to 32767. It makes the Service one of type NodePort.",
	},
	{
		name: "app_protocol", kind: text(func(p *Port) *string { return &p.AppProtocol }, qualifiedName),
		doc: "What is spoken at the port of the Service, such as `\"http\"` or `\"kubernetes.io/h2c\"`.",
	},
})

func decodePort(s *scope, to *containerBlock, b *hcl.Block) {
	p := Port{Name: b.Labels[0], Protocol: "TCP", DeclRange: b.DefRange}
	if err := portName(p.Name); err != nil {
		s.report(problem(&b.LabelRanges[0], "Invalid name", "The name of a port %s.", err))
	}
	portSchema.decode(s, b.Body, &p)
	if p.ServicePort == 0 {
		p.ServicePort = p.Number
	}
	for _, other := range to.app.Ports {
		own := slices.ContainsFunc(to.Ports, func(o Port) bool { return o.Name == other.Name })
		if s.failed(func() { s.checkPorts(other, p, own, b) }) {
			break
		}
	}
	to.app.Ports = append(to.app.Ports, p)
	to.Ports = append(to.Ports, p)
}

// checkPorts reports two ports of an app that cannot be told apart. Two ports of one
// container may lead to one number; all containers of a pod share one network.
func (s *scope) checkPorts(a, b Port, oneContainer bool, at *hcl.Block) {
	same := a.Protocol == b.Protocol
	switch {
	case a.Name == b.Name:
		s.report(problem(&at.LabelRanges[0], "Duplicate port", "There is a port %q already at %s.", a.Name, place(a.DeclRange)))
	case same && a.Number == b.Number && a.Number != 0 && !oneContainer:
		s.report(problem(&at.DefRange, "Duplicate port", "Another container of the pod listens on %d (%s) already: its port %q at %s.", a.Number, a.Protocol, a.Name, place(a.DeclRange)))
	case same && a.Number == b.Number && a.Number != 0 && a.ServicePort == b.ServicePort:
		s.report(problem(&at.DefRange, "Duplicate port", "The port %q at %s has the number %d and protocol %s already.", a.Name, place(a.DeclRange), a.Number, a.Protocol))
	case same && a.ServicePort == b.ServicePort && a.ServicePort != 0:
		s.report(problem(&at.DefRange, "Duplicate port", "The port %q at %s has the service_port %d already.", a.Name, place(a.DeclRange), a.ServicePort))
	}
}
