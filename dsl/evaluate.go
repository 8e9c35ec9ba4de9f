package dsl

import (
	"maps"
	"os"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// evaluation is one run over a module. Blocks are evaluated when something
// refers to them, each once; Identify visits a few, Evaluate all.
type evaluation struct {
	module *Module
	inputs Inputs
	root   *os.Root         // all that file functions can see; nil if it cannot be opened
	base   *hcl.EvalContext // functions alone
	given  map[string][]given
	nodes  map[Address]*node
	order  []*node // as written
	diags  hcl.Diagnostics

	// sensitiveCall is set by sensitive(), so that the expression being
	// evaluated counts as sensitive though it refers to nothing that is.
	sensitiveCall bool

	// skipped counts the expressions that could not be evaluated because of
	// an error reported elsewhere.
	skipped int

	releaseNode *node // the release block; nil if there is none

	release   *Release
	variables map[*node]*variable
	data      map[*node]*Data
	objects   map[dataID]*Data
	apps      map[*node]*appBlock
	resources map[*node]*resourceBlock
}

// dataID names a ConfigMap or Secret of this configuration.
type dataID struct {
	Kind DataKind
	Name string
}

// node is a block in the course of evaluation.
type node struct {
	*block
	evaluate func(*node) cty.Value
	state    state
	value    cty.Value
	refs     []Reference // of a local: what it leads to, through other locals too
	edges    []edge
}

// state tells how far a node is.
type state int

const (
	unvisited state = iota
	visiting
	visited
)

// edge says that a block refers to another, and where.
type edge struct {
	to *node
	at hcl.Range
}

// begin prepares an evaluation; the caller ends it.
func (m *Module) begin(in Inputs) *evaluation {
	ev := &evaluation{
		module:    m,
		inputs:    in,
		nodes:     make(map[Address]*node, len(m.blocks)),
		variables: map[*node]*variable{},
		data:      map[*node]*Data{},
		objects:   map[dataID]*Data{},
		apps:      map[*node]*appBlock{},
		resources: map[*node]*resourceBlock{},
	}
	for _, b := range m.blocks {
		if _, twice := ev.nodes[b.address]; twice {
			continue // reported by readBlocks
		}
		n := &node{block: b, evaluate: ev.evaluator(b.address.Type)}
		ev.nodes[b.address] = n
		ev.order = append(ev.order, n)
		if b.address.Type == "release" && ev.releaseNode == nil {
			ev.releaseNode = n
		}
	}
	root, err := os.OpenRoot(m.dir)
	if err == nil {
		ev.root = root
	}
	ev.base = &hcl.EvalContext{Functions: ev.functions()}
	ev.readValues()
	return ev
}

func (ev *evaluation) end() {
	if ev.root != nil {
		_ = ev.root.Close() // opened for reading only
	}
}

func (ev *evaluation) report(d *hcl.Diagnostic) { ev.diags = append(ev.diags, d) }

// failed runs a step and reports whether it found an error, or could not do
// its work because of an earlier one.
func (ev *evaluation) failed(step func()) bool {
	before, skipped := len(ev.diags), ev.skipped
	step()
	return ev.diags[before:].HasErrors() || ev.skipped > skipped
}

// ofType returns the nodes of one block type, as written.
func (ev *evaluation) ofType(blockType string) []*node {
	return slices.DeleteFunc(slices.Clone(ev.order), func(n *node) bool { return n.address.Type != blockType })
}

// names returns the labels of all blocks of one type, sorted, for suggestions.
func (ev *evaluation) names(blockType string) []string {
	var names []string
	for a := range maps.Keys(ev.nodes) {
		if a.Type == blockType {
			names = append(names, a.Name)
		}
	}
	slices.Sort(names)
	return names
}

// visit evaluates a node, if nothing did before, to the value that references
// to it see. That value is unknown after an error, and within a loop of
// references, which is reported at the end.
func (ev *evaluation) visit(n *node) cty.Value {
	switch n.state {
	case visited:
		return n.value
	case visiting:
		return cty.DynamicVal
	case unvisited:
	}
	n.state, n.value = visiting, cty.DynamicVal
	var value cty.Value
	if !ev.failed(func() { value = n.evaluate(n) }) {
		n.value = value
	}
	n.state = visited
	return n.value
}

// evaluator returns how blocks of a type are evaluated. For an app this is
// its head alone: what others can refer to. Nothing refers to an output
// or an ingress.
func (ev *evaluation) evaluator(blockType string) func(*node) cty.Value {
	switch blockType {
	case "release":
		return ev.evaluateRelease
	case "variable":
		return ev.evaluateVariable
	case "local":
		return ev.evaluateLocal
	case "config", "secret":
		return ev.evaluateData
	case "app":
		return ev.evaluateAppHead
	case "resource":
		return ev.evaluateResource
	default:
		return func(*node) cty.Value { return cty.DynamicVal }
	}
}

// config evaluates everything. The result is meaningful only if no error was
// reported on the way.
func (ev *evaluation) config() *Config {
	if ev.root == nil {
		ev.report(problem(nil, "Cannot read the configuration", "The directory %s cannot be opened.", ev.module.dir))
	}
	ev.checkGiven()
	for _, n := range ev.order {
		ev.visit(n)
	}
	ev.checkValidations()
	cfg := &Config{}
	if ev.release != nil {
		cfg.Release = *ev.release
	}
	for _, n := range ev.order {
		switch n.address.Type {
		case "variable":
			cfg.Variables = append(cfg.Variables, ev.variables[n].result())
		case "output":
			cfg.Outputs = append(cfg.Outputs, ev.output(n))
		case "config", "secret":
			cfg.Data = append(cfg.Data, ev.data[n])
		case "app":
			cfg.Apps = append(cfg.Apps, ev.app(n))
		case "ingress":
			cfg.Ingresses = append(cfg.Ingresses, ev.ingress(n))
		case "resource":
			cfg.Resources = append(cfg.Resources, ev.resource(n))
		}
	}
	if !ev.diags.HasErrors() {
		ev.checkObjects(cfg)
		ev.checkTraffic(cfg)
		ev.checkAffinities(cfg)
		ev.findImplied(cfg)
	}
	return cfg
}
