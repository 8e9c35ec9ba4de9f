package dsl

import (
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty/function"
)

// Language describes the language as the code that decodes it has it.
type Language struct {
	Blocks    []BlockType `json:"blocks"` // those that a file may hold
	Functions []Function  `json:"functions"`
}

// BlockType is one kind of block, in the place where it may stand.
type BlockType struct {
	Name      string         `json:"name"`
	Labels    []string       `json:"labels,omitempty"` // what each label means
	Many      bool           `json:"many,omitempty"`   // it may occur more than once
	Doc       string         `json:"doc,omitempty"`
	Arguments []ArgumentType `json:"arguments,omitempty"`
	Blocks    []BlockType    `json:"blocks,omitempty"`
	// Open says that it takes arguments of any name beside these.
	Open bool `json:"open,omitempty"`
}

// ArgumentType is one argument of a block or of an object.
type ArgumentType struct {
	Name     string `json:"name"`
	Type     string `json:"type"` // in the words of the reference, such as "text" or "number"
	Required bool   `json:"required,omitempty"`
	Default  string `json:"default,omitempty"` // in the words of the reference
	Doc      string `json:"doc,omitempty"`
	// Arguments are those of the object, where it is written as one.
	Arguments []ArgumentType `json:"arguments,omitempty"`
}

// Function is one function that expressions can call.
type Function struct {
	Name       string      `json:"name"`
	Doc        string      `json:"doc,omitempty"`
	Parameters []Parameter `json:"parameters,omitempty"`
	Variadic   *Parameter  `json:"variadic,omitempty"` // any number of these follow
}

// Parameter is one parameter of a function.
type Parameter struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Doc  string `json:"doc,omitempty"`
}

// blockSchema is what is known of a block type that a file may hold.
type blockSchema struct {
	doc    string
	schema described // nil: any arguments
	open   bool
}

// blockSchemas are those of topLevel.
var blockSchemas = map[string]blockSchema{
	"release":  {doc: "What is planned, applied, recorded and rolled back as one.", schema: releaseSchema},
	"variable": {doc: "A value that comes from outside: `var.NAME`.", schema: variableSchema},
	"locals":   {doc: "Values with a name, to be used more than once: `local.NAME`.", open: true},
	"output":   {doc: "A result to show once the release is applied.", schema: outputSchema},
	"config":   {doc: "A ConfigMap.", schema: configSchema},
	"secret":   {doc: "A Secret.", schema: secretSchema},
	"app":      {doc: "A workload with its configuration, storage and Service.", schema: appSchema},
	"ingress":  {doc: "A way into the cluster: an Ingress, or an HTTPRoute.", schema: ingressSchema},
	"resource": {doc: "An object of any kind, with the fields of that kind.", schema: resourceSchema, open: true},
	"module":   {doc: "A directory of blocks, used with inputs of its own.", schema: moduleSchema, open: true},
	"moved":    {doc: "Says that a block has another address than before.", schema: movedSchema},
}

// Describe returns the description of the language.
func Describe() Language {
	var l Language
	for _, header := range topLevel.Blocks {
		b := blockSchemas[header.Type]
		l.Blocks = append(l.Blocks, blockType(blockDescription{
			name: header.Type, doc: b.doc, many: header.Type != "release", body: b.schema,
		}, header.LabelNames, b.open))
	}
	ev := (&evaluation{module: &Module{}})
	functions := ev.functions(&source{})
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		l.Functions = append(l.Functions, describeFunction(name, functions[name]))
	}
	return l
}

func blockType(b blockDescription, labels []string, open bool) BlockType {
	described := BlockType{Name: b.name, Labels: labels, Many: b.many, Doc: b.doc, Open: open}
	if b.body == nil {
		return described
	}
	d := b.body.describe()
	described.Arguments = argumentTypes(d.args)
	for _, inner := range d.blocks {
		var labels []string
		if inner.label != "" {
			labels = []string{inner.label}
		}
		described.Blocks = append(described.Blocks, blockType(inner, labels, false))
	}
	return described
}

func argumentTypes(args []argDescription) []ArgumentType {
	var types []ArgumentType
	for _, a := range args {
		described := ArgumentType{Name: a.name, Type: a.kind, Required: a.required, Default: a.initial, Doc: a.doc}
		if a.object != nil {
			described.Arguments = argumentTypes(a.object.describe().args)
		}
		types = append(types, described)
	}
	return types
}

func describeFunction(name string, f function.Function) Function {
	described := Function{Name: name, Doc: f.Description()}
	for _, p := range f.Params() {
		described.Parameters = append(described.Parameters, parameterOf(p))
	}
	if p := f.VarParam(); p != nil {
		variadic := parameterOf(*p)
		described.Variadic = &variadic
	}
	return described
}

func parameterOf(p function.Parameter) Parameter {
	return Parameter{Name: p.Name, Type: p.Type.FriendlyName(), Doc: p.Description}
}
