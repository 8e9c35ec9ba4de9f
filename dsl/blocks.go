package dsl

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// block is one top-level block, or one argument of a locals block, not yet
// evaluated.
type block struct {
	address   Address        // within its module
	body      hcl.Body       // nil for a local
	expr      hcl.Expression // of a local
	forEach   hcl.Expression // nil: none
	call      *moduleCall    // of a module
	declRange hcl.Range
	labelAt   hcl.Range // the label, or the argument's name
	nameRange hcl.Range // what names the object: the name argument, or else the label
	kindRange hcl.Range // of a resource: its first label
}

// topLevel lists the block types a file may hold.
var topLevel = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "release", LabelNames: []string{"name"}},
	{Type: "variable", LabelNames: []string{"name"}},
	{Type: "locals"},
	{Type: "output", LabelNames: []string{"name"}},
	{Type: "config", LabelNames: []string{"name"}},
	{Type: "secret", LabelNames: []string{"name"}},
	{Type: "app", LabelNames: []string{"name"}},
	{Type: "ingress", LabelNames: []string{"name"}},
	{Type: "resource", LabelNames: []string{"kind", "name"}},
	{Type: "module", LabelNames: []string{"name"}},
	{Type: "moved"},
}}

// naming are the arguments that tell what a block stands for, before it is decoded.
var naming = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "for_each"}, {Name: "name"}}}

// readBlocks collects the blocks of all files of a module, in the order of their
// names and positions, and reports what can be said without evaluating anything.
func (src *source) readBlocks(names []string, files map[string]*hcl.File) {
	for _, name := range names {
		content, diags := files[name].Body.Content(topLevel)
		src.diags = append(src.diags, diags...)
		for _, b := range content.Blocks {
			switch b.Type {
			case "locals":
				locals, diags := readLocals(b)
				src.blocks, src.diags = append(src.blocks, locals...), append(src.diags, diags...)
			case "moved":
				src.readMoved(b)
			default:
				src.blocks = append(src.blocks, src.readBlock(b))
			}
		}
	}
	src.checkBlocks()
	if src.isRoot() {
		src.checkRelease(names)
	}
}

func (src *source) readBlock(b *hcl.Block) *block {
	read := &block{
		address:   Address{Type: b.Type, Name: strings.Join(b.Labels, ".")},
		body:      b.Body,
		declRange: b.DefRange,
		labelAt:   b.LabelRanges[len(b.Labels)-1],
		kindRange: b.LabelRanges[0],
	}
	read.nameRange = read.labelAt
	switch b.Type {
	case "module":
		src.readCall(read)
	case "app", "config", "secret", "ingress", "resource":
		content, _, _ := b.Body.PartialContent(naming) // what is wrong with it is told when it is decoded
		if attr := content.Attributes["for_each"]; attr != nil {
			read.forEach = attr.Expr
		}
		if attr := content.Attributes["name"]; attr != nil {
			read.nameRange = attr.Expr.Range()
		}
	}
	return read
}

func readLocals(b *hcl.Block) ([]*block, hcl.Diagnostics) {
	attrs, diags := b.Body.JustAttributes()
	var locals []*block
	for _, attr := range attrs {
		locals = append(locals, &block{
			address:   Address{Type: "local", Name: attr.Name},
			expr:      attr.Expr,
			declRange: attr.Range,
			labelAt:   attr.NameRange,
		})
	}
	slices.SortFunc(locals, func(a, b *block) int { return compareRanges(a.declRange, b.declRange) })
	return locals, diags
}

// checkBlocks reports names that cannot be referred to, blocks declared twice, and a
// release block where none can be.
func (src *source) checkBlocks() {
	report := func(d *hcl.Diagnostic) { src.diags = append(src.diags, d) }
	seen := map[Address]*block{}
	for _, b := range src.blocks {
		if slices.Contains([]string{"variable", "output", "module"}, b.address.Type) && !hclsyntax.ValidIdentifier(b.address.Name) {
			report(problem(&b.labelAt, "Invalid name",
				"The name of a %s starts with a letter or an underscore and goes on with letters, digits, underscores and dashes.", b.address.Type))
		}
		if b.address.Type == "release" && !src.isRoot() {
			report(problem(&b.declRange, "Unexpected block",
				"A module has no release block: its objects belong to the release of the configuration, which it can refer to as release.name and release.namespace."))
			continue
		}
		if first, ok := seen[b.address]; ok {
			report(problem(&b.labelAt, "Duplicate block",
				"%s was already declared at %s. Each needs a name of its own.", b.address, place(first.declRange)))
			continue
		}
		seen[b.address] = b
	}
}

// checkRelease reports a missing or second release block of the configuration itself.
func (src *source) checkRelease(names []string) {
	var release *block
	for _, b := range src.blocks {
		switch {
		case b.address.Type != "release":
		case release == nil:
			release = b
		case b.address != release.address:
			src.diags = append(src.diags, problem(&b.declRange, "Duplicate block",
				"A configuration has one release block; there is one already at %s.", place(release.declRange)))
		}
	}
	if release == nil {
		start := hcl.Range{Filename: names[0], Start: hcl.InitialPos, End: hcl.InitialPos}
		src.noRelease = append(src.noRelease, problem(&start, "Missing release block",
			"A configuration needs one release block, which names what is applied and rolled back as one:\n\n  release \"NAME\" {\n    namespace = \"NAMESPACE\"\n  }"))
	}
}
