package dsl

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// Resources holds what a container asks for and may use, as Kubernetes
// quantities by resource name (cpu, memory, ephemeral-storage, ...).
type Resources struct {
	Requests map[string]string
	Limits   map[string]string
}

var resourcesSchema = newSchema([]arg[Resources]{
	{
		name: "requests", kind: textMap(func(r *Resources) *map[string]string { return &r.Requests }, qualifiedName, quantity),
		doc: "What a node must have free for the pod, by resource: `{ cpu = \"250m\", memory = \"512Mi\" }`.",
	},
	{
		name: "limits", kind: textMap(func(r *Resources) *map[string]string { return &r.Limits }, qualifiedName, quantity),
		doc: "What the container may use at most.",
	},
})

func decodeResources(s *scope, to *containerBlock, b *hcl.Block) {
	resourcesSchema.decode(s, b.Body, &to.Resources)
}

// checkResources reports requests above their limit.
func (s *scope) checkResources(c *containerBlock) {
	for _, name := range slices.Sorted(maps.Keys(c.Resources.Requests)) {
		request := c.Resources.Requests[name]
		limit, limited := c.Resources.Limits[name]
		if !limited || compareQuantities(request, limit) <= 0 {
			continue
		}
		at := c.Ranges["resources"]
		s.report(problem(&at, "Invalid resources", "The request of %s, %s, is above its limit, %s.", name, request, limit))
	}
}
