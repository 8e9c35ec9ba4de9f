package dsl

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
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

// appService is a Service and the app that it is in front of.
type appService struct {
	app     *App
	service *Service
}

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
	services := map[string]appService{}
	for _, a := range cfg.Apps {
		for _, service := range a.Services() {
			services[service.Name] = appService{a, service}
		}
	}
	nodes := map[Address]*node{}
	for _, n := range ev.nodes {
		if slices.Contains(orderable, n.address.Type) {
			nodes[n.address] = n
		}
	}
	for _, candidate := range texts(cfg, nodes) {
		for _, host := range HostNamesIn(candidate.text) {
			if to, ok := services[host.Name]; ok && host.leadsTo(to.service, cfg.Release.Namespace) {
				ev.imply(candidate, nodes[to.app.Address], to)
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
func (ev *evaluation) imply(from implied, to *node, meant appService) {
	if from.node == to || reaches(from.node, to) {
		return
	}
	detail := fmt.Sprintf("This text names the Service of %s. %s in its place: then a renamed app is an error and not a dead address.", to.address, instead(from.node, to, meant))
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
func instead(from, to *node, meant appService) string {
	if from.frame == to.frame {
		app := Address{Type: "app", Name: to.address.Name, Key: to.address.Key, Keyed: to.address.Keyed}
		if meant.service != meant.app.Service {
			return fmt.Sprintf("Write ${%s.service[%q].host}", app, meant.service.Name)
		}
		return fmt.Sprintf("Write ${%s.host}", app)
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

// HostName is a name in text that is certain to be one of a host.
type HostName struct {
	Name   string // the first label, which is the Service's name if it is one of the cluster
	Domain string // what follows, with its dot, such as ".shop.svc"
	Port   string // empty: none is given
	Bare   bool   // no "//" or "@" before it: only the port tells that it is a host
	// Start is where the name begins in the text, End where the domain ends.
	Start, End int
}

// HostNamesIn returns the host names in a text, in their order.
func HostNamesIn(text string) []HostName {
	var hosts []HostName
	for _, w := range wordsIn(text) {
		word := text[w.start:w.end]
		at, bare := urlHost.FindStringSubmatchIndex(word), false
		if at == nil {
			at, bare = bareHost.FindStringSubmatchIndex(word), true
		}
		if at == nil {
			continue
		}
		h := HostName{Name: word[at[2]:at[3]], Domain: word[at[4]:at[5]], Bare: bare, Start: w.start + at[2], End: w.start + at[5]}
		if at[6] >= 0 {
			h.Port = word[at[6]:at[7]]
		}
		hosts = append(hosts, h)
	}
	return hosts
}

// word is a part of text between spaces and what sets addresses apart.
type word struct{ start, end int }

func wordsIn(text string) []word {
	var words []word
	start := -1
	for i, r := range text {
		apart := strings.ContainsRune(",;=|()<>\"'", r) || unicode.IsSpace(r)
		switch {
		case apart && start >= 0:
			words, start = append(words, word{start, i}), -1
		case !apart && start < 0:
			start = i
		}
	}
	if start >= 0 {
		words = append(words, word{start, len(text)})
	}
	return words
}

// leadsTo reports whether a host name is that of a Service.
func (h HostName) leadsTo(service *Service, namespace string) bool {
	ports := make([]int32, len(service.Ports))
	for i, p := range service.Ports {
		ports[i] = p.ServicePort
	}
	return h.LeadsTo(namespace, ports)
}

// LeadsTo reports whether a host name is that of a Service in the namespace with these ports, if
// it has the Service's name.
func (h HostName) LeadsTo(namespace string, ports []int32) bool {
	local := []string{"", "." + namespace, "." + namespace + ".svc", "." + namespace + ".svc.cluster.local"}
	if !slices.Contains(local, h.Domain) {
		return false
	}
	return !h.Bare || slices.ContainsFunc(ports, func(port int32) bool { return strconv.Itoa(int(port)) == h.Port })
}
