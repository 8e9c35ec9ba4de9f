package dsl

import "github.com/hashicorp/hcl/v2"

var lifecycleSchema = newSchema([]arg[Lifecycle]{
	{
		name: "prevent_destroy", kind: boolean(func(l *Lifecycle) *bool { return &l.PreventDestroy }), initial: "false",
		doc: "Whether a plan that would delete or replace an object of this block is refused. See [Protection](#protection).",
	},
})

// lifecycleBlock is the lifecycle block of a block that becomes objects.
func lifecycleBlock[T any](field func(*T) *Lifecycle) nested[T] {
	return nested[T]{
		name: "lifecycle", body: lifecycleSchema, doc: "What may happen to the objects of this block.",
		decode: func(s *scope, to *T, b *hcl.Block) { lifecycleSchema.decode(s, b.Body, field(to)) },
	}
}
