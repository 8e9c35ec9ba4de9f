package dsl

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// backendBlock is a Backend in the course of decoding. The port is judged once it is
// known whose it is.
type backendBlock struct {
	Backend
	app  *App
	port argument
}

// pathBlock is an IngressPath in the course of decoding.
type pathBlock struct {
	backendBlock
	pathType string
}

func backendArgs[T any](backend func(*T) *backendBlock) []arg[T] {
	return []arg[T]{
		{
			name: "app", kind: appReference(backend),
			doc: "The app, as in `app.shop`, or its name. Its Service is what requests lead to.",
		},
		{
			name: "service", kind: text(func(t *T) *string { return &backend(t).Service }, dnsLabel),
			doc: "Instead of `app`: the name of a Service that is in the namespace already.",
		},
		{
			name: "port", initial: "the only port of the app",
			kind: kind[T]{name: "port", decode: func(_ *scope, to *T, a argument) { backend(to).port = a }},
			doc:  "Name or number of the Service's port.",
		},
	}
}

var backendSchema = newSchema(backendArgs(func(b *backendBlock) *backendBlock { return b }))

var pathSchema = newSchema(append(
	backendArgs(func(p *pathBlock) *backendBlock { return &p.backendBlock }),
	arg[pathBlock]{
		name: "type", kind: text(func(p *pathBlock) *string { return &p.pathType }, oneOf(Prefix, Exact, ImplementationSpecific)),
		initial: `"Prefix"`, doc: "How the path is matched: `\"Prefix\"` (element by element), `\"Exact\"` or `\"ImplementationSpecific\"`.",
	},
))

func decodePath(s *scope, to *IngressHost, b *hcl.Block) {
	p := IngressPath{Path: b.Labels[0], DeclRange: b.DefRange}
	if err := ingressPath(p.Path); err != nil {
		s.report(problem(&b.LabelRanges[0], "Invalid path", "The path %q %s.", p.Path, err))
	}
	block := pathBlock{pathType: Prefix}
	if s.failed(func() { pathSchema.decode(s, b.Body, &block) }) {
		return
	}
	s.completeBackend(&block.backendBlock, b)
	p.Type, p.Backend = block.pathType, block.Backend
	for _, other := range to.Paths {
		if other.Path == p.Path && other.Type == p.Type {
			s.report(problem(&b.DefRange, "Duplicate block", "The path %q leads somewhere already at %s.", p.Path, place(other.DeclRange)))
		}
	}
	to.Paths = append(to.Paths, p)
}

func decodeDefaultBackend(s *scope, to *Ingress, b *hcl.Block) {
	block := backendBlock{}
	if s.failed(func() { backendSchema.decode(s, b.Body, &block) }) {
		return
	}
	s.completeBackend(&block, b)
	to.Default = &block.Backend
}

// appReference is an argument that names an app, by a reference or in text.
func appReference[T any](backend func(*T) *backendBlock) kind[T] {
	return kind[T]{name: "app", decode: func(s *scope, to *T, a argument) {
		v, ok := s.plain(a, cty.DynamicPseudoType)
		if !ok {
			return
		}
		if v.Type().IsObjectType() && v.Type().HasAttribute("name") {
			v = v.GetAttr("name")
		}
		name, err := asText(v)
		if err != nil {
			s.invalid(a, "%q must be an app, as in app.NAME.", a.name)
			return
		}
		n := s.appNamed[name]
		if n == nil {
			s.report(problem(a.expr.Range().Ptr(), "Unknown reference", "There is no app %q.%s", name, suggestion(name, s.appNames())))
			return
		}
		s.follow(n, a.expr.Range())
		app := s.apps[n]
		if app == nil || !n.value.IsKnown() {
			return // which is reported
		}
		if app.Service == nil {
			s.invalid(a, "%s %s, and so no Service that requests could lead to.", app.Address, app.unserved())
			return
		}
		b := backend(to)
		b.app, b.App = app.App, name
	}}
}

// completeBackend settles which port of which Service is meant.
func (s *scope) completeBackend(b *backendBlock, block *hcl.Block) {
	switch {
	case b.app != nil && b.Service != "":
		s.report(problem(&block.DefRange, "Conflicting arguments", "app and service both say where requests lead. Leave out one of them."))
	case b.app != nil:
		b.Service = b.app.Service.Name
		s.completeAppPort(b, block)
	case b.Service == "":
		s.report(problem(&block.DefRange, "Missing required argument", "This needs an app, as in app = app.NAME, or the name of a service."))
	case b.port.expr == nil:
		s.report(problem(&block.DefRange, "Missing required argument", "The Service %q is not of this configuration, so that its port is not known: give its name or number.", b.Service))
	default:
		text, ok := s.text(b.port)
		n, err := strconv.ParseUint(text, 10, 16)
		switch {
		case ok && err == nil && n > 0:
			b.Port = int32(n)
		case ok && portName(text) == nil:
			b.PortName = text
		case ok:
			s.invalid(b.port, "%q must be the name or the number of a port.", b.port.name)
		}
	}
}

// completeAppPort finds the port of the Service of an app.
func (s *scope) completeAppPort(b *backendBlock, block *hcl.Block) {
	ports := b.app.Service.Ports
	if b.port.expr == nil {
		if len(ports) == 1 {
			b.Port = ports[0].ServicePort
			return
		}
		s.report(problem(&block.DefRange, "Missing required argument", "port is needed, since %s has %s.", b.app.Address, choice(labelsOf(ports))))
		return
	}
	text, ok := s.text(b.port)
	if !ok {
		return
	}
	for _, p := range ports {
		if p.Label == text || strconv.Itoa(int(p.ServicePort)) == text {
			b.Port = p.ServicePort
			return
		}
	}
	s.report(problem(b.port.expr.Range().Ptr(), "Unknown port", "The Service of %s has no port %q.%s", b.app.Address, text, suggestion(text, labelsOf(ports))))
}

// ingressPath checks a path as the API server does.
func ingressPath(text string) error {
	if err := absolutePath(text); err != nil {
		return err
	}
	for _, part := range []string{"//", "/./", "/../", "%2f", "%2F"} {
		if strings.Contains(text, part) {
			return errors.New("must not have " + strconv.Quote(part) + " in it")
		}
	}
	if strings.HasSuffix(text, "/.") || strings.HasSuffix(text, "/..") {
		return errors.New("must not end in dots")
	}
	return nil
}

func isAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}

func subdomain(text string) error {
	return matches(text, subdomainLength, subdomainPattern,
		"must be a DNS name: lower-case letters, digits, dashes and dots, with a letter or digit at both ends of each part")
}
