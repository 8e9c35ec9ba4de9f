package dsl

import "github.com/zclconf/go-cty/cty"

var releaseSchema = newSchema([]arg[Release]{
	{
		name: "namespace", kind: text(func(r *Release) *string { return &r.Namespace }, dnsLabel),
		initial: `"default"`, doc: "Namespace of every object of the release. It is created when absent.",
	},
	{
		name: "history_limit", kind: historyLimit,
		initial: "10", doc: "How many revisions are kept for rollback.",
	},
	{
		name: "on_failure", kind: text(func(r *Release) *string { return &r.OnFailure }, oneOf("stop", "rollback", "continue")),
		initial: `"stop"`, doc: "What an `apply` does when a change fails. `\"stop\"`: it ends what it has begun. `\"rollback\"`: it goes back to the last revision that was healthy. `\"continue\"`: it makes all changes that do not need the failed one. `--on-failure` on the command line comes first.",
	},
	{
		name: "adopt", kind: boolean(func(r *Release) *bool { return &r.Adopt }), initial: "false",
		doc: "Whether objects that are there already, and belong to no release and no other tool, are taken over as they are, as with `--adopt`.",
	},
}, nested[Release]{
	name: "cluster", body: clusterSchema, decode: decodeCluster,
	doc: "Binds the release to a cluster. Every command that is pointed at another one ends with an error before it asks that for anything but its UID.",
})

var historyLimit = kind[Release]{name: "number", decode: func(s *scope, to *Release, a argument) {
	if n, ok := s.integer(a, 1, 1000); ok {
		to.HistoryLimit = int(n)
	}
}}

// evaluateRelease decodes the release block; release.name and
// release.namespace refer to it.
func (ev *evaluation) evaluateRelease(n *node) cty.Value {
	s := &scope{evaluation: ev, node: n}
	release := &Release{Name: n.address.Name, Namespace: "default", HistoryLimit: 10, DeclRange: n.declRange}
	if err := dnsLabel(release.Name); err != nil {
		ev.report(problem(&n.nameRange, "Invalid name", "The name of a release %s.", err))
	}
	releaseSchema.decode(s, n.body, release)
	if given := ev.inputs.Namespace; given != "" {
		if err := dnsLabel(given); err != nil {
			ev.report(problem(nil, "Invalid namespace", "The namespace %q that was asked for %s.", given, err))
		}
		release.Namespace = given
	}
	for _, e := range n.edges {
		ev.checkReleaseEdge(e)
	}
	ev.release = release
	return cty.ObjectVal(map[string]cty.Value{
		"name":      cty.StringVal(release.Name),
		"namespace": cty.StringVal(release.Namespace),
	})
}

// checkReleaseEdge reports references from the release block to what is part
// of the release: the release must be known before any of that.
func (ev *evaluation) checkReleaseEdge(e edge) {
	if e.to.address.Type == "variable" || e.to.address.Type == "local" && len(e.to.refs) == 0 {
		return
	}
	ev.report(problem(&e.at, "Invalid reference",
		"The release block can refer to variables, and to locals made from these alone; %s is part of the release.", e.to.address))
}

// visitRelease evaluates the release block or reports that there is none.
func (ev *evaluation) visitRelease() {
	if ev.releaseNode == nil {
		ev.diags = append(ev.diags, ev.module.diags...)
		ev.diags = append(ev.diags, ev.module.top.noRelease...)
		return
	}
	ev.visit(ev.releaseNode)
}

// namespace returns the release's namespace, for names that contain it.
func (s *scope) namespace() (string, bool) {
	if s.releaseNode == nil || !s.visit(s.releaseNode).IsKnown() {
		return "", false
	}
	return s.release.Namespace, true
}
