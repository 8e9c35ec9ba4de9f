package dsl

import (
	"os"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// evaluation is one run over a configuration. Blocks are evaluated when something
// refers to them, each once; Identify visits a few, Evaluate all.
type evaluation struct {
	module *Module
	inputs Inputs
	root   *os.Root // all that file functions can see; nil if it cannot be opened
	given  map[string][]given
	top    *frame // the configuration itself
	nodes  []*node
	bases  map[*source]*hcl.EvalContext
	diags  hcl.Diagnostics

	// sensitiveCall is set by sensitive(), so that the expression being
	// evaluated counts as sensitive though it refers to nothing that is.
	sensitiveCall bool

	// skipped counts the expressions that could not be evaluated because of
	// an error reported elsewhere.
	skipped int

	releaseNode *node // the release block; nil if there is none
	alone       bool  // a module by itself: its variables may have no value

	noEnvironment bool // the one that is asked for is not there, and so its values are not

	release   *Release
	moves     moves
	variables map[*node]*variable
	outputs   map[*node]*Output
	data      map[*node]*Data
	objects   map[dataID]*Data
	apps      map[*node]*appBlock
	appNamed  map[string]*node // by the name of its objects
	resources map[*node]*resourceBlock
}

// dataID names a ConfigMap or Secret of this configuration.
type dataID struct {
	Kind DataKind
	Name string
}

// node is a block in the course of evaluation, or one instance of it.
type node struct {
	*block
	address   Address
	frame     *frame // where it is written
	evaluate  func(*node) cty.Value
	state     state
	value     cty.Value
	refs      []Reference // of what has a value and no object: what it leads to, through others too
	edges     []edge
	instances []*node // of a block with for_each, once that is evaluated
	group     *node   // of an instance: its block
	each      *each   // of an instance: its key and value
	child     *frame  // of a module, once it is evaluated
}

// state tells how far a node is.
type state int

const (
	unvisited state = iota
	visiting
	visited
)

// edge says that a block refers to another, or is inside of it, and where.
type edge struct {
	to     *node
	at     hcl.Range
	inside bool
}

// begin prepares an evaluation; the caller ends it.
func (m *Module) begin(in Inputs) *evaluation {
	ev := &evaluation{
		module:    m,
		inputs:    in,
		bases:     map[*source]*hcl.EvalContext{},
		moves:     moves{},
		variables: map[*node]*variable{},
		outputs:   map[*node]*Output{},
		data:      map[*node]*Data{},
		objects:   map[dataID]*Data{},
		apps:      map[*node]*appBlock{},
		appNamed:  map[string]*node{},
		resources: map[*node]*resourceBlock{},
	}
	root, err := os.OpenRoot(m.dir)
	if err == nil {
		ev.root = root
	}
	ev.top = ev.newFrame(m.top, nil)
	for _, n := range ev.top.order {
		if n.address.Type == "release" && ev.releaseNode == nil {
			ev.releaseNode = n
		}
	}
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

// ofType returns the nodes of one block type that have been evaluated, of all modules,
// instances in the place of blocks with for_each.
func (ev *evaluation) ofType(blockType string) []*node {
	return slices.DeleteFunc(slices.Clone(ev.nodes), func(n *node) bool {
		return n.address.Type != blockType || n.isGroup()
	})
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
// its head alone: what others can refer to. Nothing refers to an ingress.
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
	case "output":
		return ev.evaluateOutput
	case "module":
		return ev.evaluateModule
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
	leaves := ev.visitAll(ev.top)
	ev.checkValidations()
	ev.checkMoves()
	cfg := &Config{}
	if ev.release != nil {
		cfg.Release = *ev.release
	}
	for _, n := range leaves {
		switch n.address.Type {
		case "variable":
			if n.frame == ev.top {
				cfg.Variables = append(cfg.Variables, ev.variables[n].result())
			}
		case "output":
			if n.frame == ev.top {
				cfg.Outputs = append(cfg.Outputs, ev.outputs[n].result())
			}
		case "config", "secret":
			d := ev.data[n]
			ev.inherit(n, &d.References)
			cfg.Data = append(cfg.Data, d)
		case "app":
			a := ev.app(n)
			ev.inherit(n, a.allReferences()...)
			cfg.Apps = append(cfg.Apps, a)
		case "ingress":
			i := ev.ingress(n)
			ev.inherit(n, &i.References)
			cfg.Ingresses = append(cfg.Ingresses, i)
		case "resource":
			r := ev.resource(n)
			ev.inherit(n, &r.References)
			cfg.Resources = append(cfg.Resources, r)
		}
	}
	if !ev.diags.HasErrors() && !ev.alone {
		ev.checkObjects(cfg)
		ev.checkTraffic(cfg)
		ev.checkAffinities(cfg)
		ev.findImplied(cfg)
	}
	return cfg
}
