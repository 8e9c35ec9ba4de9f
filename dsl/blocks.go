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
	address   Address
	body      hcl.Body       // nil for a local
	expr      hcl.Expression // of a local
	declRange hcl.Range
	nameRange hcl.Range // the label, or the argument's name
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
}}

// readBlocks collects the blocks of all files, in the order of their names
// and positions, and reports what can be said without evaluating anything.
func readBlocks(names []string, files map[string]*hcl.File) ([]*block, hcl.Diagnostics) {
	var blocks []*block
	var diags hcl.Diagnostics
	for _, name := range names {
		content, contentDiags := files[name].Body.Content(topLevel)
		diags = append(diags, contentDiags...)
		for _, b := range content.Blocks {
			if b.Type == "locals" {
				locals, localDiags := readLocals(b)
				blocks, diags = append(blocks, locals...), append(diags, localDiags...)
				continue
			}
			blocks = append(blocks, &block{
				address:   Address{Type: b.Type, Name: strings.Join(b.Labels, ".")},
				body:      b.Body,
				declRange: b.DefRange,
				nameRange: b.LabelRanges[len(b.Labels)-1],
				kindRange: b.LabelRanges[0],
			})
		}
	}
	return blocks, append(diags, checkBlocks(names, blocks)...)
}

func readLocals(b *hcl.Block) ([]*block, hcl.Diagnostics) {
	attrs, diags := b.Body.JustAttributes()
	var locals []*block
	for _, attr := range attrs {
		locals = append(locals, &block{
			address:   Address{Type: "local", Name: attr.Name},
			expr:      attr.Expr,
			declRange: attr.Range,
			nameRange: attr.NameRange,
		})
	}
	slices.SortFunc(locals, func(a, b *block) int { return compareRanges(a.declRange, b.declRange) })
	return locals, diags
}

// checkBlocks reports names that cannot be referred to, blocks declared
// twice, and a missing or second release block.
func checkBlocks(names []string, blocks []*block) hcl.Diagnostics {
	var diags hcl.Diagnostics
	var release *block
	seen := map[Address]*block{}
	for _, b := range blocks {
		if (b.address.Type == "variable" || b.address.Type == "output") && !hclsyntax.ValidIdentifier(b.address.Name) {
			diags = append(diags, problem(&b.nameRange, "Invalid name",
				"The name of a %s starts with a letter or an underscore and goes on with letters, digits, underscores and dashes.", b.address.Type))
		}
		if first, ok := seen[b.address]; ok {
			diags = append(diags, problem(&b.nameRange, "Duplicate block",
				"%s was already declared at %s. Each needs a name of its own.", b.address, place(first.declRange)))
			continue
		}
		seen[b.address] = b
		if b.address.Type != "release" {
			continue
		}
		if release != nil {
			diags = append(diags, problem(&b.declRange, "Duplicate block",
				"A configuration has one release block; there is one already at %s.", place(release.declRange)))
			continue
		}
		release = b
	}
	if release == nil {
		start := hcl.Range{Filename: names[0], Start: hcl.InitialPos, End: hcl.InitialPos}
		diags = append(diags, problem(&start, "Missing release block",
			"A configuration needs one release block, which names what is applied and rolled back as one:\n\n  release \"NAME\" {\n    namespace = \"NAMESPACE\"\n  }"))
	}
	return diags
}
