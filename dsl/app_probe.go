package dsl

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/hashicorp/hcl/v2"
)

var probeSchema = newSchema([]arg[probeBlock]{
	{name: "http", kind: httpKind, doc: "Succeeds when a GET request is answered with a status from 200 to 399."},
	{name: "tcp", kind: portReference((*probeBlock).ports, func(p *probeBlock) *string { return &p.TCP }), doc: "Name or number of a port. Succeeds when it accepts a connection."},
	{name: "exec", kind: textList(func(p *probeBlock) *[]string { return &p.Exec }), doc: "Command run in the container. Succeeds when it exits with 0."},
	{name: "grpc", kind: grpcKind, doc: "Succeeds when the standard gRPC health service says SERVING."},
	{name: "initial_delay", kind: seconds(func(p *probeBlock) *time.Duration { return &p.InitialDelay }, 0), initial: `"0s"`, doc: "Time from the start of the container to the first probe."},
	{name: "period", kind: seconds(func(p *probeBlock) *time.Duration { return &p.Period }, time.Second), initial: `"10s"`, doc: "Time from one probe to the next."},
	{name: "timeout", kind: seconds(func(p *probeBlock) *time.Duration { return &p.Timeout }, time.Second), initial: `"1s"`, doc: "Time to wait for the answer."},
	{name: "success_threshold", kind: integer(func(p *probeBlock) *int32 { return &p.SuccessThreshold }, 1, math.MaxInt32), initial: "1", doc: "Successes in a row until the probe counts as met. Must be 1 for liveness and startup."},
	{name: "failure_threshold", kind: integer(func(p *probeBlock) *int32 { return &p.FailureThreshold }, 1, math.MaxInt32), initial: "3", doc: "Failures in a row until it counts as not met."},
})

// probeBlock, httpArgs and grpcArgs are a probe and its objects in the course
// of decoding. They know the app, whose ports they name.
type probeBlock struct {
	Probe
	app *App
}

type httpArgs struct {
	HTTPProbe
	headers map[string]string
	app     *App
}

type grpcArgs struct {
	port, service string
	app           *App
}

func (p *probeBlock) ports() *App { return p.app }
func (h *httpArgs) ports() *App   { return h.app }
func (g *grpcArgs) ports() *App   { return g.app }

var httpSchema = newSchema([]arg[httpArgs]{
	{name: "path", kind: text(func(h *httpArgs) *string { return &h.Path }, absolutePath), initial: `"/"`, doc: "Path of the request."},
	{name: "port", kind: portReference((*httpArgs).ports, func(h *httpArgs) *string { return &h.Port }), initial: "the only port", doc: "Name or number of the port."},
	{name: "scheme", kind: text(func(h *httpArgs) *string { return &h.Scheme }, oneOf("HTTP", "HTTPS")), initial: `"HTTP"`, doc: "`\"HTTP\"` or `\"HTTPS\"`; certificates are not checked."},
	{name: "headers", kind: textMap(func(h *httpArgs) *map[string]string { return &h.headers }, headerName), doc: "Headers of the request."},
})

var grpcSchema = newSchema([]arg[grpcArgs]{
	{name: "port", kind: portReference((*grpcArgs).ports, func(g *grpcArgs) *string { return &g.port }), initial: "the only port", doc: "Name or number of the port."},
	{name: "service", kind: text(func(g *grpcArgs) *string { return &g.service }), doc: "Name of the service to ask for."},
})

var httpKind = kind[probeBlock]{name: "object", object: httpSchema, decode: func(s *scope, to *probeBlock, a argument) {
	h := httpArgs{app: to.app}
	if !httpSchema.decodeObject(s, a, &h) {
		return
	}
	if h.Path == "" {
		h.Path = "/"
	}
	if h.Port == "" {
		h.Port = s.onlyPort(to.app, a)
	}
	for _, name := range slices.Sorted(maps.Keys(h.headers)) {
		h.Headers = append(h.Headers, Header{Name: name, Value: h.headers[name]})
	}
	to.HTTP = &h.HTTPProbe
}}

var grpcKind = kind[probeBlock]{name: "object", object: grpcSchema, decode: func(s *scope, to *probeBlock, a argument) {
	g := grpcArgs{app: to.app}
	if !grpcSchema.decodeObject(s, a, &g) {
		return
	}
	if g.port == "" {
		g.port = s.onlyPort(to.app, a)
	}
	to.GRPC = &GRPCProbe{Service: g.service, Port: to.app.portNumber(g.port)}
}}

// portReference is an argument that names a port of the app, or gives the
// number of any port of the container.
func portReference[T any](app func(*T) *App, field func(*T) *string) kind[T] {
	return kind[T]{name: "port", decode: func(s *scope, to *T, a argument) {
		text, ok := s.text(a)
		if !ok {
			return
		}
		if app(to).portNumber(text) == 0 {
			s.report(problem(a.expr.Range().Ptr(), "Unknown port", "%s has no port %q.%s",
				app(to).Address, text, suggestion(text, app(to).portNames())))
			return
		}
		*field(to) = text
	}}
}

// onlyPort returns the name of an app's port if there is just one.
func (s *scope) onlyPort(app *App, a argument) string {
	if len(app.Ports) != 1 {
		s.report(problem(a.expr.Range().Ptr(), "Missing required argument", "%q needs a port: %s has %d of them.", a.name, app.Address, len(app.Ports)))
		return ""
	}
	return app.Ports[0].Name
}

// portNumber returns the container port that a name or number stands for, 0
// if none.
func (a *App) portNumber(text string) int32 {
	for _, p := range a.Ports {
		if p.Name == text {
			return p.Number
		}
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return int32(n)
}

func (a *App) portNames() []string {
	var names []string
	for _, p := range a.Ports {
		names = append(names, p.Name)
	}
	return names
}

func decodeReadiness(s *scope, to *appBlock, b *hcl.Block) { to.Readiness = decodeProbe(s, to, b) }

func decodeLiveness(s *scope, to *appBlock, b *hcl.Block) {
	to.Liveness = decodeProbe(s, to, b)
	s.checkOneSuccess(to.Liveness, "liveness")
}

func decodeStartup(s *scope, to *appBlock, b *hcl.Block) {
	to.Startup = decodeProbe(s, to, b)
	s.checkOneSuccess(to.Startup, "startup")
}

func decodeProbe(s *scope, to *appBlock, b *hcl.Block) *Probe {
	p := &probeBlock{Probe: Probe{DeclRange: b.DefRange}, app: to.App}
	if s.failed(func() { probeSchema.decode(s, b.Body, p) }) {
		return nil
	}
	ways := 0
	for _, given := range []bool{p.HTTP != nil, p.TCP != "", p.Exec != nil, p.GRPC != nil} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		s.report(problem(&b.DefRange, "Invalid probe", "A probe asks in one way: http, tcp, exec or grpc. This one has %d.", ways))
	}
	return &p.Probe
}

func (s *scope) checkOneSuccess(p *Probe, name string) {
	if p != nil && p.SuccessThreshold > 1 {
		s.report(problem(&p.DeclRange, "Invalid probe", "The success_threshold of a %s probe must be 1.", name))
	}
}
