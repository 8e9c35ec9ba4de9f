package dsl

import (
	"errors"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Host is what a pod shares with the node it runs on.
type Host struct {
	Network, PID, IPC bool
	Users             *bool // false: users of the pod are not those of the node; nil leaves it to the cluster
	DeclRange         hcl.Range
}

// DNS is how a pod finds names.
type DNS struct {
	Policy      string // ClusterFirst, ...; empty leaves it to the cluster
	Nameservers []string
	Searches    []string
	Options     map[string]string // an empty value stands for none
	DeclRange   hcl.Range
}

// HostAlias is an address with the names that the pod knows for it.
type HostAlias struct {
	IP    string
	Names []string
}

var nodeSchema = newSchema([]arg[Host]{
	{
		name: "network", kind: boolean(func(h *Host) *bool { return &h.Network }), initial: "false",
		doc: "Whether the pod has the network of its node: its ports are ports of the node. Names of Services are found with `dns { policy = \"ClusterFirstWithHostNet\" }`.",
	},
	{name: "pid", kind: boolean(func(h *Host) *bool { return &h.PID }), initial: "false", doc: "Whether it sees the processes of its node."},
	{name: "ipc", kind: boolean(func(h *Host) *bool { return &h.IPC }), initial: "false", doc: "Whether it shares memory and semaphores with its node."},
	{name: "users", kind: optionalBoolean(func(h *Host) **bool { return &h.Users }), initial: "true", doc: "`false`: root in the pod is somebody else on the node."},
})

var dnsSchema = newSchema([]arg[DNS]{
	{
		name: "policy", kind: text(func(d *DNS) *string { return &d.Policy }, oneOf("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")), initial: `"ClusterFirst"`,
		doc: "`\"Default\"` takes what the node has; `\"None\"` only what this block says.",
	},
	{name: "nameservers", kind: textList(func(d *DNS) *[]string { return &d.Nameservers }, address), doc: "Addresses of servers to ask."},
	{name: "searches", kind: textList(func(d *DNS) *[]string { return &d.Searches }, dataName), doc: "Domains that short names are looked for in."},
	{name: "options", kind: textMap(func(d *DNS) *map[string]string { return &d.Options }, resolverOption), doc: "Options of the resolver: `{ ndots = 2, edns0 = \"\" }`."},
})

var hostBlocks = []nested[appBlock]{
	{
		name: "host", body: nodeSchema, doc: "What the pods share with their nodes.",
		decode: func(s *scope, to *appBlock, b *hcl.Block) {
			to.Host.DeclRange = b.DefRange
			nodeSchema.decode(s, b.Body, &to.Host)
		},
	},
	{
		name: "dns", body: dnsSchema, doc: "How the pods find names.",
		decode: func(s *scope, to *appBlock, b *hcl.Block) {
			to.DNS = &DNS{DeclRange: b.DefRange}
			if s.failed(func() { dnsSchema.decode(s, b.Body, to.DNS) }) {
				return
			}
			if to.DNS.Policy == "None" && len(to.DNS.Nameservers) == 0 {
				s.report(problem(&b.DefRange, "Missing required argument", "With the policy \"None\" pods ask the servers of this block alone, and it names none. Add nameservers."))
			}
		},
	},
}

var hostAliases = kind[appBlock]{name: "map of lists", decode: func(s *scope, to *appBlock, a argument) {
	entries, _ := s.entries(a)
	for _, e := range asWritten(entries) {
		if !s.checkKey(e, address) {
			continue
		}
		names, ok := s.texts(argument{name: a.name + "." + e.key, expr: hcl.StaticExpr(e.value, e.rng), rng: e.rng}, dataName)
		if ok {
			to.HostAliases = append(to.HostAliases, HostAlias{IP: e.key, Names: names})
		}
	}
}}

// checkHost reports ports of the node that are not those of the pod, when the pod
// has the network of its node, and those that two ports of a pod would both have.
func (s *scope) checkHost(a *appBlock) {
	type listener struct {
		port     int32
		protocol string
	}
	taken := map[listener]Port{}
	for _, p := range a.Ports {
		if p.HostPort == 0 {
			continue
		}
		at := p.DeclRange
		if a.Host.Network && p.HostPort != p.Number {
			s.report(problem(&at, "Conflicting arguments", "With the network of its node the pod's port %d is the node's too; host_port = %d does not go with it.", p.Number, p.HostPort))
		}
		l := listener{p.HostPort, p.Protocol}
		if first, twice := taken[l]; twice {
			s.report(problem(&at, "Duplicate port", "The port %q at %s has the host_port %d already.", first.Label, place(first.DeclRange), p.HostPort))
		}
		taken[l] = p
	}
}

func resolverOption(text string) error {
	if text == "" || strings.ContainsAny(text, " \t:") {
		return errors.New(`must be the name of an option alone, such as "ndots"`)
	}
	return nil
}
