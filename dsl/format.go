package dsl

import "github.com/hashicorp/hcl/v2/hclwrite"

// Format returns a source that parses in the canonical format. Formatted again it stays
// as it is.
func Format(source []byte) []byte { return hclwrite.Format(source) }
