package dsl

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// AppKind is the kind of workload an app becomes.
type AppKind string

// The workload kinds of an app.
const (
	Deployment  AppKind = "Deployment"
	StatefulSet AppKind = "StatefulSet"
	DaemonSet   AppKind = "DaemonSet" // one pod on each node
	Job         AppKind = "Job"       // runs to its end, once for each content
	CronJob     AppKind = "CronJob"   // makes Jobs by the clock
)

// appKinds are the kinds an app can have.
var appKinds = []AppKind{Deployment, StatefulSet, DaemonSet, Job, CronJob}

// ends reports whether the pods of the kind are there to end.
func (k AppKind) ends() bool { return k == Job || k == CronJob }

var appKind = kind[appBlock]{name: "text", decode: func(s *scope, to *appBlock, a argument) {
	if text, ok := s.text(a, oneOf(kindNames(appKinds)...)); ok {
		to.Kind = AppKind(text)
	}
}}

func kindNames(kinds []AppKind) []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return names
}

// Sets of kinds that have an argument in common.
var (
	counted     = []AppKind{Deployment, StatefulSet}
	serving     = []AppKind{Deployment, StatefulSet, DaemonSet}
	running     = []AppKind{Job, CronJob}
	deployment  = []AppKind{Deployment}
	statefulSet = []AppKind{StatefulSet}
)

// kindUses says with which kinds the arguments and blocks of an app are of use that
// are not with all of them.
var kindUses = []struct {
	name  string
	kinds []AppKind
}{
	{"replicas", counted},
	{"autoscale", counted},
	{"disruption_budget", counted},
	{"selector", serving},
	{"port", serving},
	{"service", serving},
	{"readiness", serving},
	{"pod_management", statefulSet},
	{"claim_retention", statefulSet},
	{"job", running},
	{"cron", []AppKind{CronJob}},
}

// checkKind reports arguments that the kind of an app has no use for, and what it
// lacks.
func (s *scope) checkKind(a *appBlock) {
	for _, use := range kindUses {
		if slices.Contains(use.kinds, a.Kind) {
			continue
		}
		if attr := a.content.Attributes[use.name]; attr != nil {
			s.kindConflict(a, use.name, use.kinds, attr.Range)
		}
		for _, b := range a.content.Blocks {
			if b.Type == use.name {
				s.kindConflict(a, use.name, use.kinds, b.DefRange)
			}
		}
	}
	if a.Kind == CronJob && a.Cron == nil && !slices.ContainsFunc(a.content.Blocks, func(b *hcl.Block) bool { return b.Type == "cron" }) {
		s.report(problem(&a.DeclRange, "Missing required block", "A CronJob needs a cron block with its schedule, as in cron { schedule = \"0 3 * * *\" }."))
	}
	for _, p := range a.Scheduling.Spread {
		if p.Together && a.Kind != Deployment {
			s.kindConflict(a, "versions", deployment, p.DeclRange)
		}
	}
	if a.Kind == DaemonSet {
		s.checkClaimsOfDaemonSet(a)
	}
}

// kindConflict reports something that the kind of an app does not have.
func (s *scope) kindConflict(a *appBlock, name string, kinds []AppKind, at hcl.Range) {
	s.report(problem(&at, "Conflicting arguments", "%s is of use with the kind %s; %s is a %q, %s.",
		name, choice(kindNames(kinds)), a.Address, a.Kind, kindSays[a.Kind]))
}

// kindSays says what sets a kind apart.
var kindSays = map[AppKind]string{
	Deployment:  "whose pods are all alike and go on running",
	StatefulSet: "whose pods have names and storage of their own and are replaced one by one",
	DaemonSet:   "which has one pod on each node",
	Job:         "which runs to its end and serves nobody",
	CronJob:     "which runs Jobs by the clock and serves nobody",
}

// checkClaimsOfDaemonSet reports claims that one node at a time can have. What
// claims made elsewhere allow is not known here.
func (s *scope) checkClaimsOfDaemonSet(a *appBlock) {
	for _, c := range a.Claims() {
		if !c.sharable() {
			s.report(problem(&c.DeclRange, "Claim cannot be shared",
				"A DaemonSet has a pod on each node, and this claim is for one node at a time. Ask for access_modes = [\"ReadWriteMany\"], or mount a host_path."))
		}
	}
}

// sharable reports whether pods on several nodes can have the claim at once.
func (c *Claim) sharable() bool {
	return slices.Contains(c.AccessModes, "ReadWriteMany") || slices.Contains(c.AccessModes, "ReadOnlyMany")
}

// checkKindName reports a name that leaves no room for what a controller adds to it.
func checkKindName(k AppKind, name string) error {
	// The pods of a StatefulSet carry its name and a hash in one label; so do those of
	// a Job, whose own name ends in its version; and a CronJob adds the time.
	const longest = 52
	if len(name) > longest && slices.Contains([]AppKind{StatefulSet, Job, CronJob}, k) {
		return fmt.Errorf("must be at most %d characters long for a %s", longest, k)
	}
	return nil
}
