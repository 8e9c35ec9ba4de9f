package dsl

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Lifecycle says what may happen to the objects of a block.
type Lifecycle struct {
	PreventDestroy bool          // none of them may be deleted or replaced
	IgnoreChanges  []IgnoredPath // fields that are left to others once the object exists
	Replace        bool          // an object that cannot be changed in place may be deleted and made anew
}

// IgnoredPath is the path of a field, as plans show it.
type IgnoredPath struct {
	Path  string
	Range hcl.Range
}

var lifecycleSchema = newSchema([]arg[Lifecycle]{
	{
		name: "prevent_destroy", kind: boolean(func(l *Lifecycle) *bool { return &l.PreventDestroy }), initial: "false",
		doc: "Whether a plan that would delete or replace an object of this block is refused. See [Protection](#protection).",
	},
	{
		name: "ignore_changes", kind: kind[Lifecycle]{name: "list of text", decode: decodeIgnoreChanges},
		doc: "Paths of fields that are set when an object is made, and left to others from then on: `[\"spec.replicas\"]`. See [Fields left to others](#fields-left-to-others).",
	},
	{
		name: "replace", kind: boolean(func(l *Lifecycle) *bool { return &l.Replace }), initial: "false",
		doc: "Whether an object may be deleted and made anew where the API server says that a field cannot be changed and stowage does not know that field. See [Replacement](#replacement).",
	},
})

// lifecycleBlock is the lifecycle block of a block that becomes objects.
func lifecycleBlock[T any](field func(*T) *Lifecycle) nested[T] {
	return nested[T]{
		name: "lifecycle", body: lifecycleSchema, doc: "What may happen to the objects of this block.",
		decode: func(s *scope, to *T, b *hcl.Block) {
			l := field(to)
			lifecycleSchema.decode(s, b.Body, l)
			if l.PreventDestroy && l.Replace {
				s.report(problem(&b.DefRange, "Conflicting arguments", "prevent_destroy refuses what replace permits. Leave out one of them."))
			}
		},
	}
}

func decodeIgnoreChanges(s *scope, to *Lifecycle, a argument) {
	paths, ok := s.texts(a, fieldPath)
	if !ok {
		return
	}
	written, diags := hcl.ExprList(a.expr)
	for i, text := range paths {
		at := a.expr.Range()
		if !diags.HasErrors() && i < len(written) {
			at = written[i].Range()
		}
		to.IgnoreChanges = append(to.IgnoreChanges, IgnoredPath{Path: text, Range: at})
	}
}

var fieldPathPattern = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9]*(\.[a-zA-Z][a-zA-Z0-9]*|\[[^\[\]]+\])*$`)

// neededFields are what stowage finds its objects by, and what is the object itself.
var neededFields = regexp.MustCompile(`^(apiVersion|kind|status|metadata|spec|metadata\.(name|namespace|labels|annotations)|spec\.selector(\..*)?)$|stowage\.dev/|` +
	`\[app\.kubernetes\.io/(name|instance|managed-by)\]`)

func fieldPath(text string) error {
	switch {
	case !fieldPathPattern.MatchString(text):
		return errors.New("must be the path of a field as plans show it, such as \"spec.replicas\", \"metadata.annotations[example.com/team]\" or \"spec.template.spec.containers[web].image\"")
	case neededFields.MatchString(text):
		return fmt.Errorf("cannot be %q, which stowage itself needs", text)
	}
	return nil
}

// checkIgnored reports fields that versions side by side cannot leave to others: by
// the pods' template they are told apart, and their numbers of pods belong together.
func (s *scope) checkIgnored(a *appBlock) {
	if a.Rollout.Strategy != BlueGreen && a.Rollout.Strategy != Canary {
		return
	}
	for _, p := range a.Lifecycle.IgnoreChanges {
		switch {
		case strings.HasPrefix(p.Path, "spec.template"):
			s.report(problem(&p.Range, "Conflicting arguments", "With rollout strategy %q, versions are told apart by the template of the pods, so none of it can be left to others.", a.Rollout.Strategy))
		case p.Path == "spec.replicas":
			s.report(problem(&p.Range, "Conflicting arguments", "With rollout strategy %q, leave out replicas to leave the number of pods to others.", a.Rollout.Strategy))
		}
	}
}
