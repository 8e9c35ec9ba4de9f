package dsl

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Budget says how many pods of an app may be away because somebody drains nodes.
// Exactly one of MinAvailable and MaxUnavailable is set.
type Budget struct {
	Name           string // default: the app's
	MinAvailable   string // number or percent
	MaxUnavailable string // number or percent
	Unhealthy      string // which pods that are not ready may be evicted: IfHealthyBudget, AlwaysAllow
	DeclRange      hcl.Range
}

var budgetSchema = newSchema([]arg[Budget]{
	{
		name: "min_available", kind: text(func(b *Budget) *string { return &b.MinAvailable }, numberOrPercent),
		doc: "How many pods stay available, as a number or a percentage.",
	},
	{
		name: "max_unavailable", kind: text(func(b *Budget) *string { return &b.MaxUnavailable }, numberOrPercent),
		doc: "Or how many may be away, as a number or a percentage.",
	},
	{
		name: "name", kind: text(func(b *Budget) *string { return &b.Name }, subdomain), initial: "the app's name",
		doc: "Name of the PodDisruptionBudget.",
	},
	{
		name: "unhealthy_pods", kind: text(func(b *Budget) *string { return &b.Unhealthy }, oneOf("IfHealthyBudget", "AlwaysAllow")), initial: `"IfHealthyBudget"`,
		doc: "When pods that are not ready may be evicted: `\"IfHealthyBudget\"`, while enough others are available, or `\"AlwaysAllow\"`.",
	},
})

func decodeBudget(s *scope, to *appBlock, b *hcl.Block) {
	budget := &Budget{DeclRange: b.DefRange}
	if s.failed(func() { budgetSchema.decode(s, b.Body, budget) }) {
		return
	}
	switch {
	case budget.MinAvailable == "" && budget.MaxUnavailable == "":
		s.report(problem(&b.DefRange, "Missing required argument", "A disruption budget needs min_available or max_unavailable."))
	case budget.MinAvailable != "" && budget.MaxUnavailable != "":
		s.report(problem(&b.DefRange, "Conflicting arguments", "min_available and max_unavailable say the same in two ways. Leave out one of them."))
	default:
		budget.Name = cmp.Or(budget.Name, to.Name)
		to.Budget = budget
	}
}

// checkBudget warns of budgets under which no pod may ever be away: nodes cannot be
// drained then, and the upgrade of a cluster stands still.
func (s *scope) checkBudget(a *appBlock) {
	b := a.Budget
	if b == nil {
		return
	}
	pods, how := a.fewestPods()
	warn := func(detail string) {
		s.report(&hcl.Diagnostic{Severity: hcl.DiagWarning, Subject: &b.DeclRange, Summary: "No pod may be away", Detail: detail +
			" No node with a pod of it can be drained. Leave room for one, or take the budget out."})
	}
	number, isNumber := wholeText(b.MinAvailable)
	switch {
	case b.MaxUnavailable == "0" || b.MaxUnavailable == "0%":
		warn(fmt.Sprintf("max_unavailable is %s.", b.MaxUnavailable))
	case b.MinAvailable == "100%":
		warn("min_available is 100%.")
	case isNumber && pods > 0 && number >= int64(pods):
		warn(fmt.Sprintf("min_available is %d, and %s has %s.", number, a.Address, how))
	case strings.HasSuffix(b.MinAvailable, "%") && pods == 1 && b.MinAvailable != "0%":
		warn(fmt.Sprintf("min_available is %s, and %s has %s.", b.MinAvailable, a.Address, how))
	case isNumber && a.Rollout.Strategy == BlueGreen:
		s.report(&hcl.Diagnostic{
			Severity: hcl.DiagWarning, Subject: &b.DeclRange, Summary: "Both colors count",
			Detail: "min_available counts the pods of both colors, so that those of the idle one make room for those with the traffic to be away. max_unavailable, or a percentage, does not depend on it.",
		})
	}
}

// fewestPods returns how many pods an app has at least, in words as well; 0: it is
// scaled to none.
func (a *App) fewestPods() (int32, string) {
	switch {
	case a.Autoscale != nil:
		return a.Autoscale.Min, fmt.Sprintf("as few as %d pods", a.Autoscale.Min)
	case a.Replicas == nil:
		return 1, "1 pod unless somebody scales it"
	case *a.Replicas == 1:
		return 1, "1 pod"
	}
	return *a.Replicas, fmt.Sprintf("%d pods", *a.Replicas)
}

func wholeText(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
