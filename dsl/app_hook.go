package dsl

import (
	"time"

	"github.com/hashicorp/hcl/v2"
)

// Hook is what is done after a container has started, or before it stops. Exactly
// one of its ways is set.
type Hook struct {
	Exec      []string
	HTTP      *HTTPProbe
	Sleep     *time.Duration
	DeclRange hcl.Range
}

// hookBlock is a hook in the course of decoding.
type hookBlock struct {
	Hook
	of *containerBlock
}

func (h *hookBlock) container() *containerBlock { return h.of }

var hookSchema = newSchema([]arg[hookBlock]{
	{name: "exec", kind: textList(func(h *hookBlock) *[]string { return &h.Exec }), doc: "Command run in the container."},
	{name: "http", kind: httpKind((*hookBlock).container, func(h *hookBlock) **HTTPProbe { return &h.HTTP }), doc: "A GET request to the container."},
	{name: "sleep", kind: kind[hookBlock]{name: "duration", decode: decodeSleep}, doc: "Waits, as for requests that are still on their way when a pod is told to stop."},
})

func decodeSleep(s *scope, to *hookBlock, a argument) {
	if v, ok := s.duration(a, 0); ok {
		to.Sleep = &v
	}
}

func decodePostStart(s *scope, to *containerBlock, b *hcl.Block) {
	to.PostStart = decodeHook(s, to, b)
}
func decodePreStop(s *scope, to *containerBlock, b *hcl.Block) { to.PreStop = decodeHook(s, to, b) }

func decodeHook(s *scope, to *containerBlock, b *hcl.Block) *Hook {
	h := &hookBlock{Hook: Hook{DeclRange: b.DefRange}, of: to}
	if s.failed(func() { hookSchema.decode(s, b.Body, h) }) {
		return nil
	}
	if ways := count(h.Exec != nil, h.HTTP != nil, h.Sleep != nil); ways != 1 {
		s.report(problem(&b.DefRange, "Invalid hook", "A hook acts in one way: exec, http or sleep. This one has %d.", ways))
	}
	return &h.Hook
}

// count returns how many are true.
func count(given ...bool) int {
	n := 0
	for _, g := range given {
		if g {
			n++
		}
	}
	return n
}
