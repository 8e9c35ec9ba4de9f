package dsl

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Ingress leads requests from outside the cluster to apps, by host and path. With
// Gateways it becomes an HTTPRoute, and an Ingress without.
type Ingress struct {
	Address     Address // ingress.LABEL
	Name        string  // of the object; default: the label, and with for_each LABEL-KEY
	Class       string  // of an Ingress; empty: the cluster's default class
	Labels      map[string]string
	Annotations map[string]string
	Hosts       []IngressHost
	Default     *Backend // for requests that no host and path matches; nil: the controller's
	TLS         []IngressTLS
	Gateways    []Gateway
	Lifecycle   Lifecycle
	Overrides   []Override
	References  []Reference
	DeclRange   hcl.Range
}

// IngressHost is a host and what its paths lead to.
type IngressHost struct {
	Name      string // a DNS name, which may start with "*."; empty: any host
	Paths     []IngressPath
	DeclRange hcl.Range
}

// The ways in which a path of an Ingress matches that of a request.
const (
	Prefix                 = "Prefix" // element by element
	Exact                  = "Exact"
	ImplementationSpecific = "ImplementationSpecific"
)

// IngressPath is a path and what it leads to.
type IngressPath struct {
	Path      string
	Type      string
	Backend   Backend
	DeclRange hcl.Range
}

// Backend is a port of a Service.
type Backend struct {
	App      string // whose Service it is; empty: that of nobody in the configuration
	Service  string
	Port     int32  // 0: PortName
	PortName string // only of a Service of nobody in the configuration
}

// IngressTLS is the certificate of some hosts.
type IngressTLS struct {
	Hosts  []string // empty: all
	Secret string   // name of a Secret; empty: the controller's certificate
}

// Gateway names a Gateway, or one of its listeners, that an HTTPRoute belongs to.
type Gateway struct {
	Name      string
	Namespace string // empty: that of the release
	Section   string // name of the listener; empty: all of them
	Port      int32  // of the listeners; 0: all
}

var ingressSchema = newSchema(append(objectArgs(func(i *Ingress) *string { return &i.Name }, func(i *Ingress) *[]Reference { return &i.References }), []arg[Ingress]{
	{
		name: "class", kind: text(func(i *Ingress) *string { return &i.Class }, subdomain), initial: "the cluster's default class",
		doc: "Name of the IngressClass, which tells the controller that is meant.",
	},
	{name: "labels", kind: textMap(func(i *Ingress) *map[string]string { return &i.Labels }, objectLabelKey, labelValue), doc: "Labels of the object."},
	{name: "annotations", kind: textMap(func(i *Ingress) *map[string]string { return &i.Annotations }, annotationKey), doc: "Annotations of the object, by which most controllers are told more."},
}...),
	nested[Ingress]{
		name: "host", label: "host", many: true, body: hostSchema, decode: decodeHost,
		doc: "A host, such as `shop.example.com` or `*.example.com`, or `*` for any. With `gateway` there can be one.",
	},
	nested[Ingress]{
		name: "default", body: backendSchema, decode: decodeDefaultBackend,
		doc: "What requests lead to that no host and path matches. Not with `gateway`.",
	},
	nested[Ingress]{
		name: "tls", many: true, body: tlsSchema, decode: decodeTLS,
		doc: "Certificate of hosts. Not with `gateway`, where it belongs to the Gateway.",
	},
	nested[Ingress]{
		name: "gateway", many: true, body: gatewaySchema, decode: decodeGateway,
		doc: "A Gateway that takes the requests: the block becomes an HTTPRoute of the Gateway API.",
	},
	lifecycleBlock(func(i *Ingress) *Lifecycle { return &i.Lifecycle }),
	overrideBlock(func(i *Ingress) *[]Override { return &i.Overrides }),
)

var hostSchema = newSchema(nil, nested[IngressHost]{
	name: "path", label: "path", many: true, body: pathSchema, decode: decodePath,
	doc: "A path that starts with a slash, and what it leads to.",
})

var tlsSchema = newSchema([]arg[IngressTLS]{
	{name: "hosts", kind: textList(func(t *IngressTLS) *[]string { return &t.Hosts }, hostName), initial: "all of the block", doc: "Hosts of the certificate."},
	{name: "secret", kind: text(func(t *IngressTLS) *string { return &t.Secret }, subdomain), initial: "the controller's certificate", doc: "Name of a Secret of type `kubernetes.io/tls`, as in `secret.tls.name`."},
})

var gatewaySchema = newSchema([]arg[Gateway]{
	{name: "name", kind: text(func(g *Gateway) *string { return &g.Name }, subdomain), required: true, doc: "Name of the Gateway."},
	{name: "namespace", kind: text(func(g *Gateway) *string { return &g.Namespace }, dnsLabel), initial: "that of the release", doc: "Namespace of the Gateway."},
	{name: "section", kind: text(func(g *Gateway) *string { return &g.Section }, subdomain), initial: "all", doc: "Name of the Gateway's listener."},
	{name: "port", kind: integer(func(g *Gateway) *int32 { return &g.Port }, 1, 65535), initial: "all", doc: "Port of the Gateway's listeners."},
})

// ingress decodes an ingress block.
func (ev *evaluation) ingress(n *node) *Ingress {
	i := &Ingress{Address: n.address, Name: ev.defaultName(n.address), DeclRange: n.declRange}
	s := &scope{evaluation: ev, node: n, refs: &i.References}
	if !s.failed(func() { ingressSchema.decode(s, n.body, i) }) {
		s.checkIngress(i)
	}
	s.checkName("an ingress", i.Name, dnsLabel(i.Name))
	i.References = settle(i.References)
	return i
}

func decodeHost(s *scope, to *Ingress, b *hcl.Block) {
	h := IngressHost{Name: b.Labels[0], DeclRange: b.DefRange}
	if h.Name == "*" {
		h.Name = ""
	} else if err := hostName(h.Name); err != nil {
		s.report(problem(&b.LabelRanges[0], "Invalid name", "The host %q %s.", h.Name, err))
	}
	for _, other := range to.Hosts {
		if other.Name == h.Name {
			s.report(problem(&b.LabelRanges[0], "Duplicate block", "There is a host %q already at %s.", b.Labels[0], place(other.DeclRange)))
		}
	}
	hostSchema.decode(s, b.Body, &h)
	if len(h.Paths) == 0 {
		s.report(problem(&b.DefRange, "Missing block", "A host needs a path block, such as path \"/\" { app = app.NAME }."))
	}
	to.Hosts = append(to.Hosts, h)
}

func decodeTLS(s *scope, to *Ingress, b *hcl.Block) {
	t := IngressTLS{}
	tlsSchema.decode(s, b.Body, &t)
	to.TLS = append(to.TLS, t)
}

func decodeGateway(s *scope, to *Ingress, b *hcl.Block) {
	g := Gateway{}
	gatewaySchema.decode(s, b.Body, &g)
	to.Gateways = append(to.Gateways, g)
}

// checkIngress reports what is missing, and what does not go together.
func (s *scope) checkIngress(i *Ingress) {
	conflict := func(at hcl.Range, format string, args ...any) {
		s.report(problem(&at, "Conflicting arguments", format, args...))
	}
	if len(i.Hosts) == 0 && i.Default == nil {
		s.report(problem(&i.DeclRange, "Missing block", "An ingress needs a host block, or a default one, that says where requests lead."))
	}
	if len(i.Gateways) == 0 {
		return
	}
	switch {
	case i.Class != "":
		conflict(i.DeclRange, "class belongs to an Ingress, and gateway makes an HTTPRoute, whose Gateway has a class. Leave out one of them.")
	case i.Default != nil:
		conflict(i.DeclRange, "An HTTPRoute has no default. Write host \"*\" with path \"/\" in an ingress block of its own.")
	case len(i.TLS) > 0:
		conflict(i.DeclRange, "With gateway, certificates belong to the listeners of the Gateway. Leave out tls.")
	case len(i.Hosts) > 1:
		conflict(i.Hosts[1].DeclRange, "An HTTPRoute leads all its hosts to the same places. Write an ingress block for each host.")
	}
	for _, h := range i.Hosts {
		for _, p := range h.Paths {
			if p.Type == ImplementationSpecific {
				conflict(p.DeclRange, "An HTTPRoute matches paths by %q or %q.", Prefix, Exact)
			}
			if p.Backend.PortName != "" {
				conflict(p.DeclRange, "An HTTPRoute knows the ports of Services by number, and %q is a name.", p.Backend.PortName)
			}
		}
	}
}

// leadsTo reports whether requests for a host and path lead to an app.
func (i *Ingress) leadsTo(app string) bool {
	for _, h := range i.Hosts {
		for _, p := range h.Paths {
			if p.Backend.App == app {
				return true
			}
		}
	}
	return false
}

// checkTraffic reports canaries whose traffic is to be weighed by ingresses where
// there is none.
func (ev *evaluation) checkTraffic(cfg *Config) {
	for _, n := range ev.ofType("app") {
		a := ev.apps[n]
		traffic := a.Rollout.Traffic
		if traffic == "" {
			continue
		}
		found := false
		for _, i := range cfg.Ingresses {
			found = found || i.leadsTo(a.Name) && (len(i.Gateways) > 0) == (traffic == GatewayAPI)
		}
		if !found {
			at, kind := a.rollout.ranges["traffic"], "an ingress block without gateway"
			if traffic == GatewayAPI {
				kind = "an ingress block with gateway"
			}
			ev.report(problem(&at, "Missing ingress", "traffic = %q weighs requests in %s, and none has a path that leads to %s. Add one, or leave out traffic.", traffic, kind, a.Address))
		}
	}
}

func hostName(text string) error {
	const meaning = `must be a DNS name in lower case, such as "shop.example.com" or "*.example.com"`
	name := strings.TrimPrefix(text, "*.")
	if isAddress(name) {
		return fmt.Errorf("%s, and not an address", meaning)
	}
	return matches(name, subdomainLength, subdomainPattern, meaning)
}
