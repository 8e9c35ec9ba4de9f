package dsl

import (
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// The rollout strategies.
const (
	Rolling   = "rolling"
	Recreate  = "recreate"
	BlueGreen = "blue-green"
	Canary    = "canary"
)

var rolloutSchema = newSchema([]arg[Rollout]{
	{
		name: "strategy", kind: strategyKind, initial: `"rolling"`,
		doc: "`\"rolling\"` replaces pods step by step. `\"recreate\"` stops all old pods before the first new one starts: the app is down meanwhile, and two versions never run at once.",
	},
	{name: "max_surge", kind: text(func(r *Rollout) *string { return &r.MaxSurge }, numberOrPercent), initial: `"25%"`, doc: "How many pods there may be above `replicas` during a rollout: a number, or a percentage in quotes."},
	{name: "max_unavailable", kind: text(func(r *Rollout) *string { return &r.MaxUnavailable }, numberOrPercent), initial: `"25%"`, doc: "How many of `replicas` may be missing during a rollout."},
	{name: "min_ready", kind: seconds(func(r *Rollout) *time.Duration { return &r.MinReady }, 0), initial: `"0s"`, doc: "How long a pod must be ready to count as available."},
	{name: "progress_deadline", kind: seconds(func(r *Rollout) *time.Duration { return &r.ProgressDeadline }, time.Second), initial: `"600s"`, doc: "How long a rollout may stand still before it counts as failed."},
	{name: "timeout", kind: seconds(func(r *Rollout) *time.Duration { return &r.Timeout }, time.Second), initial: "that of the command", doc: "How long `apply` waits for the app."},
})

var strategies = []string{Rolling, Recreate}

var strategyKind = kind[Rollout]{name: "text", decode: func(s *scope, to *Rollout, a argument) {
	text, ok := s.text(a)
	if !ok {
		return
	}
	to.Strategy = text
	if !slices.Contains(strategies, text) {
		s.invalid(a, "The strategy %q is not available; there are \"rolling\" and \"recreate\".%s", text, suggestion(text, strategies))
	}
}}

func decodeRollout(s *scope, to *appBlock, b *hcl.Block) {
	to.Rollout.DeclRange = b.DefRange
	rolloutSchema.decode(s, b.Body, &to.Rollout)
}

// completeRollout settles the strategy and reports arguments that it, or the
// kind of the app, has no use for.
func (s *scope) completeRollout(a *appBlock) {
	r := &a.Rollout
	if r.Strategy == "" {
		r.Strategy = Rolling
	}
	conflict := func(detail string) {
		s.report(problem(&r.DeclRange, "Conflicting arguments", "%s", detail))
	}
	switch {
	case r.Strategy == Recreate && a.Kind == StatefulSet:
		conflict("A StatefulSet replaces its pods one by one; it has no strategy \"recreate\".")
	case r.Strategy == Recreate && (r.MaxSurge != "" || r.MaxUnavailable != ""):
		conflict("max_surge and max_unavailable belong to the strategy \"rolling\".")
	case a.Kind == StatefulSet && (r.MaxSurge != "" || r.MaxUnavailable != "" || r.ProgressDeadline != 0):
		conflict("A StatefulSet replaces its pods one by one; max_surge, max_unavailable and progress_deadline belong to a Deployment.")
	case isZero(r.MaxSurge) && isZero(r.MaxUnavailable):
		conflict("max_surge and max_unavailable cannot both be 0: no pod could ever be replaced.")
	}
}

// isZero reports whether a number or percentage is given and nothing.
func isZero(text string) bool { return text == "0" || text == "0%" }
