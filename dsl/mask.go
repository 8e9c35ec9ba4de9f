package dsl

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Diagnostics are shown with the lines they are about. These functions blank
// out what must not be shown of a line.

// masked returns a file whose source has the given ranges blanked out.
func masked(file *hcl.File, ranges []hcl.Range) *hcl.File {
	if len(ranges) == 0 {
		return file
	}
	shown := slices.Clone(file.Bytes)
	for _, rng := range ranges {
		for i := rng.Start.Byte; i < rng.End.Byte && i < len(shown); i++ {
			if shown[i] != '\n' {
				shown[i] = '*'
			}
		}
	}
	return &hcl.File{Body: file.Body, Bytes: shown, Nav: file.Nav}
}

// secretText finds the text of secrets that is written out in a
// configuration, by file.
func secretText(blocks []*block) map[string][]hcl.Range {
	ranges := map[string][]hcl.Range{}
	add := func(attr *hcl.Attribute) {
		if attr != nil {
			file := attr.Range.Filename
			ranges[file] = append(ranges[file], literals(attr.Expr)...)
		}
	}
	for _, b := range blocks {
		name := ""
		switch {
		case b.call != nil:
			for name, attr := range b.call.inputs {
				if b.call.source.hides(name) {
					add(attr)
				}
			}
			continue
		case b.address.Type == "secret":
			name = "data"
		case b.address.Type == "app":
			name = "secret"
		case b.address.Type == "variable" && declaredSensitive(b):
			name = "default"
		default:
			continue
		}
		content, _, _ := b.body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: name}}})
		add(content.Attributes[name])
	}
	return ranges
}

// hides reports whether the value given to a variable of a module must not be shown.
// One given to a name that does not exist may be a sensitive one's, misspelt.
func (src *source) hides(variable string) bool {
	if src == nil {
		return true
	}
	i := slices.IndexFunc(src.blocks, func(b *block) bool {
		return b.address.Type == "variable" && b.address.Name == variable
	})
	return i < 0 || declaredSensitive(src.blocks[i])
}

// literals finds the text inside an expression: its strings, but not the keys
// of objects nor references.
func literals(expr hcl.Expression) []hcl.Range {
	pairs, diags := hcl.ExprMap(expr)
	if !diags.HasErrors() {
		var ranges []hcl.Range
		for _, pair := range pairs {
			ranges = append(ranges, literals(pair.Value)...)
		}
		return ranges
	}
	native, ok := expr.(hclsyntax.Expression)
	if !ok {
		return []hcl.Range{expr.Range()} // JSON, which tells no parts
	}
	var ranges []hcl.Range
	_ = hclsyntax.VisitAll(native, func(n hclsyntax.Node) hcl.Diagnostics {
		if literal, ok := n.(*hclsyntax.LiteralValueExpr); ok && literal.Val.Type() == cty.String {
			ranges = append(ranges, literal.SrcRange)
		}
		return nil
	})
	return ranges
}
