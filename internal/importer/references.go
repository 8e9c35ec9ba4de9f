package importer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"stowage/dsl"
	"stowage/planner"
)

// links are the references from block to block. They must not make a loop.
type links map[*part]map[*part]bool

func (l links) add(from, to *part) {
	if l[from] == nil {
		l[from] = map[*part]bool{}
	}
	l[from][to] = true
}

// lead reports whether references lead from one block to another.
func (l links) lead(from, to *part) bool {
	seen := map[*part]bool{}
	var visit func(p *part) bool
	visit = func(p *part) bool {
		if p == to {
			return true
		}
		if seen[p] {
			return false
		}
		seen[p] = true
		for next := range l[p] {
			if visit(next) {
				return true
			}
		}
		return false
	}
	return visit(from)
}

// link notes a reference from one block to another, unless it would close a loop.
func (m *maker) link(from, to *part) bool {
	if from == to || m.links.lead(to, from) {
		return false
	}
	m.links.add(from, to)
	return true
}

// firmLinks returns the references that there must be: those to the ConfigMaps and Secrets
// that pods use. All others give way to them.
func (m *maker) firmLinks() links {
	firm := links{}
	for _, p := range m.parts {
		for _, o := range p.stands {
			if o.id.Namespace != m.namespace {
				continue
			}
			eachDataReference(o.Object.Object, func(kind, name string) string {
				if data := m.partOf("", kind, name); data != nil && data != p {
					firm.add(p, data)
				}
				return name
			})
		}
	}
	return firm
}

func idOf(group, kind, namespace, name string) planner.ObjectID {
	return planner.ObjectID{Group: group, Kind: kind, Namespace: namespace, Name: name}
}

// partOf returns the block that becomes an object of the release's namespace, or nil.
func (m *maker) partOf(group, kind, name string) *part {
	o := m.byID[idOf(group, kind, m.namespace, name)]
	if o == nil {
		o = m.byID[idOf(group, kind, "", name)]
	}
	if o == nil {
		return nil
	}
	return o.part
}

// nameOf returns an expression for the name of an object that a block refers to: a
// reference to the block that becomes it, or the name as it is.
func (m *maker) nameOf(from *part, group, kind, name string) any {
	p := m.partOf(group, kind, name)
	if p == nil || p.main().id.Kind != kind || !m.link(from, p) {
		return name
	}
	return raw(p.address() + ".name")
}

// data returns an expression for a ConfigMap or Secret as a whole.
func (m *maker) data(kind, name string) any {
	p := m.partOf("", kind, name)
	switch {
	case p == nil:
		return name
	case p.kind == "resource":
		return raw(p.address() + ".name")
	}
	return raw(p.address())
}

// key returns a reference to a key of a ConfigMap or Secret that a block becomes.
func (m *maker) key(kind, name, key string) (raw, bool) {
	p := m.partOf("", kind, name)
	if p == nil || p.kind == "resource" || !p.main().hasKey(key) {
		return "", false
	}
	return raw(indexed(p.address()+".key", key)), true
}

// indexed returns a reference to an element of a map.
func indexed(reference, name string) string {
	if hclsyntax.ValidIdentifier(name) {
		return reference + "." + name
	}
	return reference + "[" + quoted(name) + "]"
}

// hasKey reports whether a ConfigMap or Secret has a key.
func (o *object) hasKey(key string) bool {
	return slices.ContainsFunc([]string{"data", "binaryData", "stringData"}, func(field string) bool {
		return o.get(field, key) != nil
	})
}

// withReferences returns an expression for a part of a manifest in which the names of
// ConfigMaps and Secrets are references to their blocks: they may have versions.
func (m *maker) withReferences(v any) any {
	switch v := ordered(v).(type) {
	case fields:
		object := make(fields, len(v))
		for i, a := range v {
			object[i] = a
			object[i].value = m.referring(a.name, m.withReferences(a.value))
		}
		return object
	case items:
		list := make(items, len(v))
		for i, a := range v {
			list[i] = a
			list[i].value = m.withReferences(a.value)
		}
		return list
	default:
		return v
	}
}

// referring returns the value of a field of that name with a reference in the place of the
// name of a ConfigMap or Secret.
func (m *maker) referring(field string, value any) any {
	for _, known := range dataFields {
		if object, ok := value.(fields); ok && known.in == field {
			m.refer(object, known.field, known.kind)
		}
	}
	if pulls, ok := value.(items); ok && field == "imagePullSecrets" {
		for _, pull := range pulls {
			if object, ok := pull.value.(fields); ok {
				m.refer(object, "name", "Secret")
			}
		}
	}
	return value
}

// refer puts a reference in the place of a name in an object, if a block becomes what it
// names.
func (m *maker) refer(object fields, field, kind string) {
	for i := range object {
		name, ok := object[i].value.(string)
		if p := m.partOf("", kind, name); ok && object[i].name == field && p != nil && p.kind != "resource" {
			object[i].value = raw(p.address() + ".name")
		}
	}
}

// text returns text that containers get as an expression, in which the names of other apps'
// Services are references to the apps.
func (m *maker) text(from *part, text string) any {
	var t template
	end := 0
	for _, h := range dsl.HostNamesIn(text) {
		host, ok := m.host(from, h)
		before := text[end:h.Start]
		if !ok || strings.HasSuffix(before, "$") || strings.HasSuffix(before, "%") {
			continue // after these the braces of a reference would mean something else
		}
		t, end = append(t, before, host.name), h.End
		if port := ":" + h.Port; host.port != "" && strings.HasPrefix(text[end:], port) {
			t, end = append(t, ":", host.port), end+len(port)
		}
	}
	if len(t) == 0 {
		return text
	}
	return append(t, text[end:])
}

// serviceHost are references to a Service.
type serviceHost struct {
	name any // text where some of it is written as it is
	port raw // empty: the port is written as a number
}

// host returns references for a host name, if it is that of another app's Service.
func (m *maker) host(from *part, h dsl.HostName) (serviceHost, bool) {
	service := m.byID[idOf("", "Service", m.namespace, h.Name)]
	if service == nil || service.part == nil || service.part.kind != "app" || service.part == from {
		return serviceHost{}, false
	}
	p := service.part
	ports := field{value: service.Object.Object}.at("spec", "ports").list()
	numbers := make([]int32, len(ports))
	for i, port := range ports {
		numbers[i] = int32(port.at("port").number()) //nolint:gosec // at most 65535
	}
	if !h.LeadsTo(m.namespace, numbers) || !m.link(from, p) {
		return serviceHost{}, false
	}
	address := p.address()
	if p.of("Service")[0] != service {
		address = indexed(address+".service", h.Name)
	}
	found := serviceHost{name: template{raw(address + ".host"), h.Domain}}
	if h.Domain == "."+m.namespace+".svc.cluster.local" {
		found.name = raw(address + ".fqdn")
	}
	if label := m.portLabel(service, h.Port); label != "" {
		found.port = raw(p.address() + ".port." + label)
	}
	return found, true
}

// portLabel returns the label of the port block that says what number a port of an app's
// own Service has, if it has a name.
func (m *maker) portLabel(service *object, number string) string {
	if service.part.of("Service")[0] != service {
		return ""
	}
	for _, port := range portsOf(service.part).blocks {
		if strconv.FormatInt(port.servicePort, 10) == number && hclsyntax.ValidIdentifier(port.label) && port.exposed {
			return port.label
		}
	}
	return ""
}

// namesHost are variables whose values are the name of a host and nothing else.
var namesHost = regexp.MustCompile(`(?i)(^|[_.-])(host|hostname|hosts|server|addr|address)$`)

// variable returns the value of an environment variable, or of a key of configuration, as an
// expression. A word alone is only taken for a host where the name says that it is one.
func (m *maker) variable(from *part, name, value string) any {
	if namesHost.MatchString(name) {
		word, domain, _ := strings.Cut(value, ".")
		if domain != "" {
			domain = "." + domain
		}
		if host, ok := m.host(from, dsl.HostName{Name: word, Domain: domain}); ok {
			return simplest(template{host.name})
		}
	}
	return simplest(m.text(from, value))
}
