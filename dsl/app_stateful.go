package dsl

import "github.com/hashicorp/hcl/v2"

// ClaimRetention says what becomes of the claims that a StatefulSet has made of
// its templates: Retain or Delete.
type ClaimRetention struct {
	WhenDeleted string // with the StatefulSet
	WhenScaled  string // with the pods that are one too many
	DeclRange   hcl.Range
}

const retain = "Retain"

var claimRetentionSchema = newSchema([]arg[ClaimRetention]{
	{
		name: "when_deleted", kind: text(func(c *ClaimRetention) *string { return &c.WhenDeleted }, oneOf(retain, "Delete")), initial: `"Retain"`,
		doc: "`\"Delete\"`: claims, with what they hold, are deleted with the StatefulSet.",
	},
	{
		name: "when_scaled", kind: text(func(c *ClaimRetention) *string { return &c.WhenScaled }, oneOf(retain, "Delete")), initial: `"Retain"`,
		doc: "`\"Delete\"`: the claims of a pod are deleted with it when there are to be fewer pods.",
	},
})

func decodeClaimRetention(s *scope, to *appBlock, b *hcl.Block) {
	to.ClaimRetention = &ClaimRetention{WhenDeleted: retain, WhenScaled: retain, DeclRange: b.DefRange}
	claimRetentionSchema.decode(s, b.Body, to.ClaimRetention)
}
