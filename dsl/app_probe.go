package dsl

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// Probe is a readiness, liveness or startup probe. Exactly one of HTTP, TCP,
// Exec and GRPC is set. A zero duration or threshold leaves it to the cluster.
type Probe struct {
	HTTP             *HTTPProbe
	TCP              string // port name or number
	Exec             []string
	GRPC             *GRPCProbe
	InitialDelay     time.Duration
	Period           time.Duration
	Timeout          time.Duration
	SuccessThreshold int32
	FailureThreshold int32
	DeclRange        hcl.Range
}

// HTTPProbe asks for a path.
type HTTPProbe struct {
	Path    string
	Port    string // port name or number
	Scheme  string // HTTP or HTTPS; empty leaves it to the cluster
	Headers []Header
}

// Header is one request header of an HTTPProbe.
type Header struct{ Name, Value string }

// GRPCProbe asks the standard gRPC health service.
type GRPCProbe struct {
	Port    int32
	Service string
}

var probeSchema = newSchema([]arg[probeBlock]{
	{name: "http", kind: httpKind((*probeBlock).container, func(p *probeBlock) **HTTPProbe { return &p.HTTP }), doc: "Succeeds when a GET request is answered with a status from 200 to 399."},
	{name: "tcp", kind: portReference((*probeBlock).container, func(p *probeBlock) *string { return &p.TCP }), doc: "Name or number of a port. Succeeds when it accepts a connection."},
	{name: "exec", kind: textList(func(p *probeBlock) *[]string { return &p.Exec }), doc: "Command run in the container. Succeeds when it exits with 0."},
	{name: "grpc", kind: grpcKind, doc: "Succeeds when the standard gRPC health service says SERVING."},
	{name: "initial_delay", kind: seconds(func(p *probeBlock) *time.Duration { return &p.InitialDelay }, 0), initial: `"0s"`, doc: "Time from the start of the container to the first probe."},
	{name: "period", kind: seconds(func(p *probeBlock) *time.Duration { return &p.Period }, time.Second), initial: `"10s"`, doc: "Time from one probe to the next."},
	{name: "timeout", kind: seconds(func(p *probeBlock) *time.Duration { return &p.Timeout }, time.Second), initial: `"1s"`, doc: "Time to wait for the answer."},
	{name: "success_threshold", kind: integer(func(p *probeBlock) *int32 { return &p.SuccessThreshold }, 1, math.MaxInt32), initial: "1", doc: "Successes in a row until the probe counts as met. Must be 1 for liveness and startup."},
	{name: "failure_threshold", kind: integer(func(p *probeBlock) *int32 { return &p.FailureThreshold }, 1, math.MaxInt32), initial: "3", doc: "Failures in a row until it counts as not met."},
})

// probeBlock, httpArgs and grpcArgs are a probe and its objects in the course
// of decoding. They know the container, whose ports they name.
type probeBlock struct {
	Probe
	of *containerBlock
}

type httpArgs struct {
	HTTPProbe
	headers map[string]string
	of      *containerBlock
}

type grpcArgs struct {
	port, service string
	of            *containerBlock
}

func (p *probeBlock) container() *containerBlock { return p.of }
func (h *httpArgs) container() *containerBlock   { return h.of }
func (g *grpcArgs) container() *containerBlock   { return g.of }

var httpSchema = newSchema([]arg[httpArgs]{
	{name: "path", kind: text(func(h *httpArgs) *string { return &h.Path }, absolutePath), initial: `"/"`, doc: "Path of the request."},
	{name: "port", kind: portReference((*httpArgs).container, func(h *httpArgs) *string { return &h.Port }), initial: "the only port", doc: "Name or number of the port."},
	{name: "scheme", kind: text(func(h *httpArgs) *string { return &h.Scheme }, oneOf("HTTP", "HTTPS")), initial: `"HTTP"`, doc: "`\"HTTP\"` or `\"HTTPS\"`; certificates are not checked."},
	{name: "headers", kind: textMap(func(h *httpArgs) *map[string]string { return &h.headers }, headerName), doc: "Headers of the request."},
})

var grpcSchema = newSchema([]arg[grpcArgs]{
	{name: "port", kind: portReference((*grpcArgs).container, func(g *grpcArgs) *string { return &g.port }), initial: "the only port", doc: "Name or number of the port."},
	{name: "service", kind: text(func(g *grpcArgs) *string { return &g.service }), doc: "Name of the service to ask for."},
})

// httpKind is a request to a port of a container.
func httpKind[T any](container func(*T) *containerBlock, field func(*T) **HTTPProbe) kind[T] {
	return kind[T]{name: "object", object: httpSchema, decode: func(s *scope, to *T, a argument) {
		h := httpArgs{of: container(to)}
		if !httpSchema.decodeObject(s, a, &h) {
			return
		}
		if h.Path == "" {
			h.Path = "/"
		}
		if h.Port == "" {
			h.Port = s.onlyPort(h.of, a)
		}
		for _, name := range slices.Sorted(maps.Keys(h.headers)) {
			h.Headers = append(h.Headers, Header{Name: name, Value: h.headers[name]})
		}
		*field(to) = &h.HTTPProbe
	}}
}

var grpcKind = kind[probeBlock]{name: "object", object: grpcSchema, decode: func(s *scope, to *probeBlock, a argument) {
	g := grpcArgs{of: to.of}
	if !grpcSchema.decodeObject(s, a, &g) {
		return
	}
	if g.port == "" {
		g.port = s.onlyPort(to.of, a)
	}
	to.GRPC = &GRPCProbe{Service: g.service, Port: to.of.portNumber(g.port)}
}}

// portReference is an argument that names a port of the container, or gives the
// number of any other.
func portReference[T any](container func(*T) *containerBlock, field func(*T) *string) kind[T] {
	return kind[T]{name: "port", decode: func(s *scope, to *T, a argument) {
		text, ok := s.text(a)
		if !ok {
			return
		}
		if of := container(to); of.portNumber(text) == 0 {
			s.report(problem(a.expr.Range().Ptr(), "Unknown port", "%s has no port %q.%s",
				of.title(), text, suggestion(text, of.portNames())))
			return
		}
		*field(to) = text
	}}
}

// onlyPort returns the name of a container's port if there is just one.
func (s *scope) onlyPort(c *containerBlock, a argument) string {
	if len(c.Ports) != 1 {
		s.report(problem(a.expr.Range().Ptr(), "Missing required argument", "%q needs a port: %s has %d of them.", a.name, c.title(), len(c.Ports)))
		return ""
	}
	return c.Ports[0].Label
}

// portNumber returns the container port that a name or number stands for, 0
// if none.
func (c *Container) portNumber(text string) int32 {
	for _, p := range c.Ports {
		if p.Label == text {
			return p.Number
		}
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return int32(n)
}

func (c *Container) portNames() []string {
	var names []string
	for _, p := range c.Ports {
		names = append(names, p.Label)
	}
	return names
}

func decodeReadiness(s *scope, to *containerBlock, b *hcl.Block) {
	to.Readiness = decodeProbe(s, to, b)
}

func decodeLiveness(s *scope, to *containerBlock, b *hcl.Block) {
	to.Liveness = decodeProbe(s, to, b)
	s.checkOneSuccess(to.Liveness, "liveness")
}

func decodeStartup(s *scope, to *containerBlock, b *hcl.Block) {
	to.Startup = decodeProbe(s, to, b)
	s.checkOneSuccess(to.Startup, "startup")
}

func decodeProbe(s *scope, to *containerBlock, b *hcl.Block) *Probe {
	p := &probeBlock{Probe: Probe{DeclRange: b.DefRange}, of: to}
	if s.failed(func() { probeSchema.decode(s, b.Body, p) }) {
		return nil
	}
	if ways := count(p.HTTP != nil, p.TCP != "", p.Exec != nil, p.GRPC != nil); ways != 1 {
		s.report(problem(&b.DefRange, "Invalid probe", "A probe asks in one way: http, tcp, exec or grpc. This one has %d.", ways))
	}
	return &p.Probe
}

func (s *scope) checkOneSuccess(p *Probe, name string) {
	if p != nil && p.SuccessThreshold > 1 {
		s.report(problem(&p.DeclRange, "Invalid probe", "The success_threshold of a %s probe must be 1.", name))
	}
}
