package dsl

import (
	"math"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Scheduling says on which nodes the pods of an app run.
type Scheduling struct {
	NodeSelector  map[string]string
	PriorityClass string
	Tolerations   []Toleration
	Spread        []Spread
	Nodes         []NodeAffinity
	Near          []PodAffinity // affinity
	Apart         []PodAffinity // anti_affinity
}

// Toleration lets pods run on nodes with a taint.
type Toleration struct {
	Key    string // empty: every taint
	Value  *string
	Effect string         // NoSchedule, PreferNoSchedule, NoExecute; empty: each
	For    *time.Duration // how long after a NoExecute taint; nil: for ever
}

// Spread divides the pods of an app evenly among parts of the cluster.
type Spread struct {
	Topology   string // label of the nodes by whose value they are divided
	Skew       int32  // most by which the numbers of pods of two parts may differ
	MinDomains int32  // parts that there must be; 0: not said
	Required   bool   // a pod rather waits than makes them differ more
	Together   bool   // the versions of a Deployment count together
	DeclRange  hcl.Range
}

// NodeAffinity draws pods to nodes with a label.
type NodeAffinity struct {
	Label     string
	Operator  string // In, NotIn, Exists, DoesNotExist, Gt, Lt
	Values    []string
	Required  bool
	Weight    int32 // 1 to 100, where not required
	DeclRange hcl.Range
}

// PodAffinity draws pods to others, or keeps them apart.
type PodAffinity struct {
	App       string            // name of the app whose pods are meant
	Labels    map[string]string // or labels that they have
	Topology  string            // label of the nodes that together are one place
	Required  bool
	Weight    int32 // 1 to 100, where not required
	DeclRange hcl.Range
}

// topologies are the labels of nodes that have short names in the language.
var topologies = map[string]string{
	"node":   "kubernetes.io/hostname",
	"zone":   "topology.kubernetes.io/zone",
	"region": "topology.kubernetes.io/region",
}

// topology is an argument that names a label of nodes.
func topology[T any](field func(*T) *string) kind[T] {
	return kind[T]{name: "text", decode: func(s *scope, to *T, a argument) {
		v, ok := s.text(a)
		if !ok {
			return
		}
		if label, short := topologies[v]; short {
			v = label
		} else if err := qualifiedName(v); err != nil {
			s.invalid(a, `%q must be "node", "zone", "region" or a label of the nodes: it %s.`, a.name, err)
			return
		}
		*field(to) = v
	}}
}

var tolerationSchema = newSchema([]arg[Toleration]{
	{
		name: "key", kind: text(func(t *Toleration) *string { return &t.Key }, qualifiedName), initial: "all",
		doc: "Key of the taint.",
	},
	{
		name: "value", kind: optionalText(func(t *Toleration) **string { return &t.Value }, labelValue), initial: "all",
		doc: "Value of the taint.",
	},
	{
		name: "effect", kind: text(func(t *Toleration) *string { return &t.Effect }, oneOf("NoSchedule", "PreferNoSchedule", noExecute)), initial: "all",
		doc: "Effect of the taint: `\"NoSchedule\"`, `\"PreferNoSchedule\"` or `\"NoExecute\"`.",
	},
	{
		name: "for", kind: optionalDuration(func(t *Toleration) **time.Duration { return &t.For }, 0), initial: "for ever",
		doc: "How long a pod stays on a node that has got the taint; with `effect = \"NoExecute\"`.",
	},
})

const noExecute = "NoExecute"

var spreadSchema = newSchema([]arg[Spread]{
	{
		name: "across", kind: topology(func(p *Spread) *string { return &p.Topology }), required: true,
		doc: "What the pods are divided among: `\"node\"`, `\"zone\"`, `\"region\"`, or any label of the nodes.",
	},
	{
		name: "max_skew", kind: integer(func(p *Spread) *int32 { return &p.Skew }, 1, math.MaxInt32), initial: "1",
		doc: "By how many pods two of them may differ.",
	},
	{
		name: "min_domains", kind: integer(func(p *Spread) *int32 { return &p.MinDomains }, 1, math.MaxInt32),
		doc: "How many of them there must be; with `required`.",
	},
	{
		name: "required", kind: boolean(func(p *Spread) *bool { return &p.Required }), initial: "false",
		doc: "Whether a pod rather waits than makes them differ more.",
	},
	{
		name: "versions", kind: kind[Spread]{name: "text", decode: decodeSpreadVersions}, initial: `"apart"`,
		doc: "Deployment: `\"apart\"` counts the pods of each version by themselves, since the old ones go anyway; `\"together\"` all of them.",
	},
})

// preferenceArgs are what all kinds of affinity have.
func preferenceArgs[T any](required func(*T) *bool, weight func(*T) *int32) []arg[T] {
	return []arg[T]{
		{
			name: "required", kind: boolean(required), initial: "false",
			doc: "Whether a pod rather waits than runs elsewhere.",
		},
		{
			name: "weight", kind: integer(weight, 1, 100), initial: "100",
			doc: "How much it counts beside other preferences, from 1 to 100; without `required`.",
		},
	}
}

var nodeAffinitySchema = newSchema(append([]arg[NodeAffinity]{
	{
		name: "label", kind: text(func(n *NodeAffinity) *string { return &n.Label }, qualifiedName), required: true,
		doc: "Key of a label of the nodes.",
	},
	{
		name: "operator", kind: text(func(n *NodeAffinity) *string { return &n.Operator }, oneOf("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")),
		initial: "`\"In\"`, and `\"Exists\"` without `values`",
		doc:     "How the label is compared: `\"In\"`, `\"NotIn\"`, `\"Exists\"`, `\"DoesNotExist\"`, `\"Gt\"` or `\"Lt\"`.",
	},
	{
		name: "values", kind: textList(func(n *NodeAffinity) *[]string { return &n.Values }, labelValue),
		doc: "What its value is compared with.",
	},
}, preferenceArgs(
	func(n *NodeAffinity) *bool { return &n.Required },
	func(n *NodeAffinity) *int32 { return &n.Weight },
)...))

var podAffinitySchema = newSchema(append([]arg[PodAffinity]{
	{
		name: "app", kind: kind[PodAffinity]{name: "app", decode: decodeAffineApp}, initial: "the app itself",
		doc: "The app whose pods are meant, as in `app.cache`, or its name as text, which does not make this app wait for it.",
	},
	{
		name: "labels", kind: textMap(func(p *PodAffinity) *map[string]string { return &p.Labels }, qualifiedName, labelValue),
		doc: "Instead of `app`: labels that the pods have.",
	},
	{
		name: "within", kind: topology(func(p *PodAffinity) *string { return &p.Topology }), initial: `"node"`,
		doc: "What counts as one place: `\"node\"`, `\"zone\"`, `\"region\"`, or any label of the nodes.",
	},
}, preferenceArgs(
	func(p *PodAffinity) *bool { return &p.Required },
	func(p *PodAffinity) *int32 { return &p.Weight },
)...))

func decodeToleration(s *scope, to *appBlock, b *hcl.Block) {
	var t Toleration
	if s.failed(func() { tolerationSchema.decode(s, b.Body, &t) }) {
		return
	}
	switch {
	case t.Value != nil && t.Key == "":
		s.report(problem(&b.DefRange, "Missing required argument", "value needs the key that it is of."))
	case t.For != nil && t.Effect != noExecute:
		s.report(problem(&b.DefRange, "Conflicting arguments", `for goes with effect = %q only: other taints do not make pods leave.`, noExecute))
	}
	to.Scheduling.Tolerations = append(to.Scheduling.Tolerations, t)
}

func decodeSpread(s *scope, to *appBlock, b *hcl.Block) {
	p := Spread{Skew: 1, DeclRange: b.DefRange}
	if s.failed(func() { spreadSchema.decode(s, b.Body, &p) }) {
		return
	}
	if p.MinDomains > 0 && !p.Required {
		s.report(problem(&b.DefRange, "Conflicting arguments", "min_domains goes with required = true only."))
	}
	for _, other := range to.Scheduling.Spread {
		if other.Topology == p.Topology && other.Required == p.Required {
			s.report(problem(&b.DefRange, "Duplicate block", "The pods are spread across %s already at %s.", p.Topology, place(other.DeclRange)))
		}
	}
	to.Scheduling.Spread = append(to.Scheduling.Spread, p)
}

func decodeSpreadVersions(s *scope, to *Spread, a argument) {
	v, ok := s.text(a, oneOf("apart", "together"))
	to.Together = ok && v == "together"
}

func decodeNodeAffinity(s *scope, to *appBlock, b *hcl.Block) {
	n := NodeAffinity{DeclRange: b.DefRange}
	if s.failed(func() { nodeAffinitySchema.decode(s, b.Body, &n) }) {
		return
	}
	if n.Operator == "" {
		n.Operator = "In"
		if len(n.Values) == 0 {
			n.Operator = "Exists"
		}
	}
	s.checkOperator(n)
	n.Weight = s.weight(n.Required, n.Weight, b)
	to.Scheduling.Nodes = append(to.Scheduling.Nodes, n)
}

func (s *scope) checkOperator(n NodeAffinity) {
	report := func(format string, args ...any) {
		s.report(problem(&n.DeclRange, "Conflicting arguments", format, args...))
	}
	switch n.Operator {
	case "In", "NotIn":
		if len(n.Values) == 0 {
			report("The operator %s needs values to compare with.", n.Operator)
		}
	case "Exists", "DoesNotExist":
		if len(n.Values) > 0 {
			report("The operator %s takes no values.", n.Operator)
		}
	default:
		if len(n.Values) == 1 {
			if _, ok := wholeText(n.Values[0]); ok {
				return
			}
		}
		report("The operator %s takes one value, a whole number.", n.Operator)
	}
}

func decodeAffinity(s *scope, to *appBlock, b *hcl.Block) {
	if p, ok := decodePodAffinity(s, to, b); ok {
		if p.App == to.Name && p.Required {
			s.report(problem(&b.DefRange, "Conflicting arguments",
				"The first pod would wait for another one of the same app. Name another app, or leave out required."))
		}
		to.Scheduling.Near = append(to.Scheduling.Near, p)
	}
}

func decodeAntiAffinity(s *scope, to *appBlock, b *hcl.Block) {
	if p, ok := decodePodAffinity(s, to, b); ok {
		to.Scheduling.Apart = append(to.Scheduling.Apart, p)
	}
}

func decodePodAffinity(s *scope, to *appBlock, b *hcl.Block) (PodAffinity, bool) {
	p := PodAffinity{Topology: topologies["node"], DeclRange: b.DefRange}
	if s.failed(func() { podAffinitySchema.decode(s, b.Body, &p) }) {
		return p, false
	}
	switch {
	case p.App != "" && p.Labels != nil:
		s.report(problem(&b.DefRange, "Conflicting arguments", "app and labels both say which pods are meant. Leave out one of them."))
	case p.App == "" && p.Labels == nil:
		p.App = to.Name
	case p.App == "" && len(p.Labels) == 0:
		s.report(problem(&b.DefRange, "Invalid value", `"labels" is empty, which would mean every pod.`))
	}
	p.Weight = s.weight(p.Required, p.Weight, b)
	return p, true
}

// weight returns the weight of a preference.
func (s *scope) weight(required bool, weight int32, b *hcl.Block) int32 {
	const most = 100
	switch {
	case required && weight != 0:
		s.report(problem(&b.DefRange, "Conflicting arguments", "weight is that of a preference, and this is required. Leave out one of them."))
	case !required && weight == 0:
		return most
	}
	return weight
}

// decodeAffineApp reads app = app.cache, or app = "cache".
func decodeAffineApp(s *scope, to *PodAffinity, a argument) {
	v, ok := s.plain(a, cty.DynamicPseudoType)
	if !ok {
		return
	}
	if v.Type().IsObjectType() && v.Type().HasAttribute("name") && v.Type().HasAttribute("image") {
		to.App = v.GetAttr("name").AsString()
		return
	}
	name, err := asText(v)
	if err != nil {
		s.invalid(a, "%q must be an app, as in app.NAME.", a.name)
		return
	}
	to.App = name
}

// checkAffinities reports apps named in text that are not there: the names would
// match nothing.
func (ev *evaluation) checkAffinities(cfg *Config) {
	var names []string
	apps := map[string]*App{}
	for _, a := range cfg.Apps {
		names = append(names, a.Name)
		apps[a.Name] = a
	}
	for _, a := range cfg.Apps {
		for _, p := range slices.Concat(a.Scheduling.Near, a.Scheduling.Apart) {
			switch of := apps[p.App]; {
			case p.App == "":
			case of == nil:
				ev.report(problem(&p.DeclRange, "Unknown reference", "There is no app %q.%s", p.App, suggestion(p.App, names)))
			case len(of.PodSelector(cfg.Release.Name)) == 0:
				ev.report(problem(&p.DeclRange, "Invalid value", "The pods of %s have no labels, by which they could be told from others.", of.Address))
			}
		}
	}
}

// optionalText keeps apart empty text and none given.
func optionalText[T any](field func(*T) **string, checks ...check) kind[T] {
	return kind[T]{name: "text", decode: func(s *scope, to *T, a argument) {
		if v, ok := s.text(a, checks...); ok {
			*field(to) = &v
		}
	}}
}
