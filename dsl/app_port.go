package dsl

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

var portSchema = newSchema([]arg[Port]{
	{
		name: "number", kind: integer(func(p *Port) *int32 { return &p.Number }, 1, 65535), initial: "the label, if that is a number",
		doc: "Port the container listens on. A port with a name needs it.",
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
	{
		name: "target", kind: text(func(p *Port) *string { return &p.Target }, portTarget), initial: "this port, by its name if it has one",
		doc: "What the port of the Service leads to: the name of a port of the pods, or a number.",
	},
	{
		name: "service_name", kind: text(func(p *Port) *string { return &p.ServiceName }, optional(dnsLabel)), initial: "the label, if that is a name",
		doc: "Name of the Service's port; `\"\"`: it has none, which a Service with one port can do.",
	},
	{
		name: "exposed", kind: boolean(func(p *Port) *bool { return &p.Exposed }), initial: "true",
		doc: "Whether the Service has the port.",
	},
	{
		name: "declared", kind: boolean(func(p *Port) *bool { return &p.Declared }), initial: "true",
		doc: "Whether the container lists the port. It listens on it in either case.",
	},
})

// servicePortArgs are of use for the port of a Service only.
var servicePortArgs = []string{"service_port", "node_port", "app_protocol", "target", "service_name"}

func decodePort(s *scope, to *containerBlock, b *hcl.Block) {
	p := newPort(b)
	if err := portLabel(p.Label); err != nil {
		s.report(problem(&b.LabelRanges[0], "Invalid name", "The name of a port %s.", err))
	}
	content := portSchema.content(s, b.Body)
	complete := !s.failed(func() { portSchema.fill(s, content, &p, func(string) bool { return true }) })
	switch at := content.Attributes["number"]; {
	case p.Number != 0 || !complete:
	case at != nil:
		s.report(problem(at.Expr.Range().Ptr(), "Invalid value", `"number" is required, so it must not be null.`))
	default:
		s.report(problem(b.Body.MissingItemRange().Ptr(), "Missing required argument", `The argument "number" is required, but no definition was found.`))
	}
	for _, name := range servicePortArgs {
		if at := content.Attributes[name]; at != nil && !p.Exposed {
			s.report(problem(&at.Range, "Conflicting arguments", "%s says something of the Service's port, and with exposed = false there is none.", name))
		}
	}
	if at := content.Attributes["host_port"]; at != nil && !p.Declared {
		s.report(problem(&at.Range, "Conflicting arguments", "host_port is part of the container's port, which declared = false leaves out."))
	}
	if !p.Exposed && !p.Declared {
		s.report(problem(&b.DefRange, "Conflicting arguments", "A port that is neither exposed nor declared is none."))
	}
	if p.ServicePort == 0 {
		p.ServicePort = p.Number
	}
	for _, other := range to.app.Ports {
		own := slices.ContainsFunc(to.Ports, func(o Port) bool { return o.DeclRange == other.DeclRange })
		if s.failed(func() { s.checkPorts(other, p, own, b) }) {
			to.app.clashing = append(to.app.clashing, p)
			break
		}
	}
	to.app.Ports = append(to.app.Ports, p)
	to.Ports = append(to.Ports, p)
}

// newPort returns what the label of a port says of it: a number is that of the port, and
// no name.
func newPort(b *hcl.Block) Port {
	p := Port{Label: b.Labels[0], Protocol: "TCP", Exposed: true, Declared: true, DeclRange: b.DefRange}
	if n := portNumber(p.Label); n != 0 {
		p.Number = n
	} else {
		p.Name, p.ServiceName = p.Label, p.Label
	}
	return p
}

// portNumber returns the port that a text is the number of; 0: of none.
func portNumber(text string) int32 {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || strconv.FormatUint(n, 10) != text {
		return 0
	}
	return int32(n)
}

func portLabel(text string) error {
	switch {
	case portNumber(text) != 0:
		return nil
	case text != "" && strings.Trim(text, "0123456789") == "":
		return errors.New(`must have a letter in it, as in "http", or be a number from 1 to 65535`)
	}
	return portName(text)
}

func portTarget(text string) error {
	if portLabel(text) != nil {
		return errors.New("must be the name or the number of a port")
	}
	return nil
}

// optional permits a text to be empty.
func optional(c check) check {
	return func(text string) error {
		if text == "" {
			return nil
		}
		return c(text)
	}
}

// checkPorts reports two ports of an app that cannot be told apart. Two ports of one
// container may lead to one number; all containers of a pod share one network.
func (s *scope) checkPorts(a, b Port, oneContainer bool, at *hcl.Block) {
	same := a.Protocol == b.Protocol && a.Number == b.Number && a.Number != 0
	switch {
	case a.Label == b.Label && (a.Name != "" || a.Protocol == b.Protocol):
		s.report(problem(&at.LabelRanges[0], "Duplicate port", "There is a port %q already at %s.", a.Label, place(a.DeclRange)))
	case same && !oneContainer:
		s.report(problem(&at.DefRange, "Duplicate port", "Another container of the pod listens on %d (%s) already: its port %q at %s.", a.Number, a.Protocol, a.Label, place(a.DeclRange)))
	case same && !b.Exposed && a.Declared:
		s.report(problem(&at.DefRange, "Duplicate port", "The port %q at %s has the number %d and protocol %s already.", a.Label, place(a.DeclRange), a.Number, a.Protocol))
	}
}

// ContainerPort returns the port that a container lists for a port of the app: the first
// one with its number and protocol. Two ports of a Service may lead to the same one.
func (a *App) ContainerPort(p Port) (Port, bool) {
	for _, other := range a.Ports {
		if other.Declared && other.Number == p.Number && other.Protocol == p.Protocol {
			return other, true
		}
	}
	return Port{}, false
}
