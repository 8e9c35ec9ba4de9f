package dsl

import (
	"cmp"
	"math"

	"github.com/hashicorp/hcl/v2"
)

var autoscaleSchema = newSchema([]arg[Autoscale]{
	{
		name: "min", kind: integer(func(a *Autoscale) *int32 { return &a.Min }, 1, math.MaxInt32), initial: "1",
		doc: "The fewest pods.",
	},
	{
		name: "max", kind: integer(func(a *Autoscale) *int32 { return &a.Max }, 1, math.MaxInt32), required: true,
		doc: "The most pods.",
	},
	{
		name: "name", kind: text(func(a *Autoscale) *string { return &a.Name }, subdomain), initial: "the app's name",
		doc: "Name of the HorizontalPodAutoscaler.",
	},
	{
		name: "cpu", kind: integer(func(a *Autoscale) *int32 { return &a.CPU }, 1, math.MaxInt32),
		doc: "How much CPU the pods should use on average, in percent of what they request.",
	},
	{
		name: "memory", kind: integer(func(a *Autoscale) *int32 { return &a.Memory }, 1, math.MaxInt32),
		doc: "The same for memory. Where both are given, the one that asks for more pods counts.",
	},
})

func decodeAutoscale(s *scope, to *appBlock, b *hcl.Block) {
	to.Autoscale = &Autoscale{Min: 1, DeclRange: b.DefRange}
	if s.failed(func() { autoscaleSchema.decode(s, b.Body, to.Autoscale) }) {
		return
	}
	a := to.Autoscale
	a.Name = cmp.Or(a.Name, to.Name)
	if a.Min > a.Max {
		s.report(problem(&a.DeclRange, "Conflicting arguments", "min, %d, is above max, %d.", a.Min, a.Max))
	}
	if a.CPU == 0 && a.Memory == 0 {
		s.report(problem(&a.DeclRange, "Missing required argument", "An autoscaler needs a target to keep to: cpu or memory, in percent of what the pods request."))
	}
}

// checkAutoscale reports what does not go together with an autoscaler, or
// leaves it without anything to go by.
func (s *scope) checkAutoscale(a *appBlock) {
	if a.Autoscale == nil {
		return
	}
	if a.Replicas != nil {
		at := a.Ranges["replicas"]
		s.report(problem(&at, "Conflicting arguments",
			"replicas is a fixed number of pods, and the autoscale block at %s lets the cluster choose it. Leave out one of them.", place(a.Autoscale.DeclRange)))
	}
	targets := []struct {
		resource string
		percent  int32
	}{{"cpu", a.Autoscale.CPU}, {"memory", a.Autoscale.Memory}}
	for _, target := range targets {
		if lacking := a.lacking(target.resource); target.percent != 0 && lacking != "" {
			s.report(&hcl.Diagnostic{
				Severity: hcl.DiagWarning, Subject: &a.Autoscale.DeclRange, Summary: "Nothing to measure by",
				Detail: target.resource + " is a percentage of what the pods request, and " + lacking + " requests none. " +
					"Unless a LimitRange of the namespace gives it a request, the autoscaler does nothing.",
			})
		}
	}
}

// lacking names a container of an app that runs without a request for a resource;
// empty: there is none. A limit is a request too where there is no other.
func (a *appBlock) lacking(resource string) string {
	for _, c := range a.containers() {
		_, requested := c.Resources.Requests[resource]
		_, limited := c.Resources.Limits[resource]
		switch {
		case requested || limited || !c.Runs():
		case c.Role == MainContainer:
			return "this app"
		default:
			return c.title()
		}
	}
	return ""
}
