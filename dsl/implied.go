package dsl

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"
)

var (
	// urlHost finds a host name in a word: after "//", with user and password
	// in between or not.
	urlHost = regexp.MustCompile(`(?://|@)([a-z][-a-z0-9]*)((?:\.[-a-z0-9]+)*)(?::([0-9]+))?(?:[/?#]|$)`)

	// bareHost finds one that only a port tells to be a host. A word alone is
	// not taken for a host.
	bareHost = regexp.MustCompile(`^([a-z][-a-z0-9]*)((?:\.[-a-z0-9]+)*):([0-9]+)(?:[/?]|$)`)
)

// implied is one text that may name other apps' Services.
type implied struct {
	node *node
	refs *[]Reference
	text string
	at   hcl.Range
}

// findImplied looks for the Services of other apps in plain text. The text is
// a dependency just as a reference would be, so it orders the plan; a warning
// says how to write it.
func (ev *evaluation) findImplied(cfg *Config) {
	apps := map[string]*App{}
	for _, a := range cfg.Apps {
		if a.Service != nil {
			apps[a.Name] = a
		}
	}
	nodes := map[Address]*node{}
	for _, n := range ev.nodes {
		if slices.Contains(orderable, n.address.Type) {
			nodes[n.address] = n
		}
	}
	for _, candidate := range texts(cfg, nodes) {
		for _, host := range hostsIn(candidate.text) {
			if app := apps[host.name]; app != nil && host.leadsTo(app, cfg.Release.Namespace) {
				ev.imply(candidate, nodes[app.Address])
			}
		}
	}
}

// texts lists the text that containers get. Sensitive text is left alone: a
// warning would tell about it.
func texts(cfg *Config, nodes map[Address]*node) []implied {
	var all []implied
	data := func(n *node, d *Data) {
		if d == nil || d.Kind == Secret {
			return
		}
		for _, key := range d.keys() {
			all = append(all, implied{n, &d.References, d.Text[key], d.KeyRanges[key]})
		}
	}
	for _, d := range cfg.Data {
		data(nodes[d.Address], d)
	}
	for _, a := range cfg.Apps {
		n := nodes[a.Address]
		data(n, a.Config)
		for _, c := range a.Pod() {
			for _, e := range c.Env {
				all = append(all, implied{n, &a.References, e.Value, e.Range})
			}
			for _, arg := range c.Command {
				all = append(all, implied{n, &a.References, arg, c.Ranges["command"]})
			}
			for _, arg := range c.Args {
				all = append(all, implied{n, &a.References, arg, c.Ranges["args"]})
			}
		}
		for _, c := range a.Rollout.Checks {
			all = append(all, c.texts(n)...)
		}
	}
	return all
}

// texts lists the text that the container of a check gets.
func (c *Check) texts(n *node) []implied {
	var all []implied
	for _, e := range c.Env {
		all = append(all, implied{n, &c.References, e.Value, e.Range})
	}
	for _, arg := range slices.Concat(c.Command, c.Args) {
		all = append(all, implied{n, &c.References, arg, c.DeclRange})
	}
	return all
}

// imply adds the edge that a text implies, unless references say it already.
// It never closes a loop: nobody asked for the order.
func (ev *evaluation) imply(from implied, to *node) {
	if from.node == to || reaches(from.node, to) {
		return
	}
	detail := fmt.Sprintf("This text names the Service of %s. %s in its place: then a renamed app is an error and not a dead address.", to.address, instead(from.node, to))
	if reaches(to, from.node) {
		detail += fmt.Sprintf(" The text does not order the two, since %s comes after %s already.", to.address, from.node.address)
	} else {
		detail += fmt.Sprintf(" Until then %s is ordered after %s because of this text.", from.node.address, to.address)
		from.node.edges = append(from.node.edges, edge{to: to, at: from.at})
		*from.refs = settle(append(*from.refs, Reference{To: to.address, Implied: true, Range: from.at}))
	}
	ev.report(&hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "Dependency in plain text", Detail: detail, Subject: &from.at})
}

// instead says what to write in the place of an app's host name.
func instead(from, to *node) string {
	if from.frame == to.frame {
		return fmt.Sprintf("Write ${%s.host}", Address{Type: "app", Name: to.address.Name, Key: to.address.Key, Keyed: to.address.Keyed})
	}
	return "Use its host, by an output of its module or a variable of this one,"
}

// reaches reports whether references lead from one block to another.
func reaches(from, to *node) bool {
	seen := map[*node]bool{from: true}
	queue := []*node{from}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, e := range n.edges {
			if e.to == to {
				return true
			}
			if !seen[e.to] {
				seen[e.to] = true
				queue = append(queue, e.to)
			}
		}
	}
	return false
}

// host is a host name found in text.
type host struct {
	name, domain, port string
	bare               bool // no "//" or "@" before it: only the port tells that it is a host
}

func hostsIn(text string) []host {
	var hosts []host
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;=|()<>\"'", r) || unicode.IsSpace(r) }) {
		if m := urlHost.FindStringSubmatch(word); m != nil {
			hosts = append(hosts, host{name: m[1], domain: m[2], port: m[3]})
		} else if m := bareHost.FindStringSubmatch(word); m != nil {
			hosts = append(hosts, host{name: m[1], domain: m[2], port: m[3], bare: true})
		}
	}
	return hosts
}

// leadsTo reports whether a host name is that of an app's Service.
func (h host) leadsTo(a *App, namespace string) bool {
	local := []string{"", "." + namespace, "." + namespace + ".svc", "." + namespace + ".svc.cluster.local"}
	if !slices.Contains(local, h.domain) {
		return false
	}
	return !h.bare || slices.ContainsFunc(a.Ports, func(p Port) bool { return fmt.Sprint(p.ServicePort) == h.port })
}
