package dsl

import (
	"slices"
	"strings"
)

// rolloutUses says with which strategies the arguments are of use that are not
// with all of them. How pods are replaced matters also where versions run side by
// side: those of the idle color and those that a canary takes the place of.
var rolloutUses = []struct {
	name       string
	given      func(*rolloutBlock) bool
	strategies []string
	kinds      []AppKind
}{
	{"strategy", func(r *rolloutBlock) bool { _, given := r.ranges["strategy"]; return given }, strategies, serving},
	{"max_surge", func(r *rolloutBlock) bool { return r.MaxSurge != "" }, []string{Rolling, BlueGreen, Canary}, []AppKind{Deployment, DaemonSet}},
	{"max_unavailable", func(r *rolloutBlock) bool { return r.MaxUnavailable != "" }, []string{Rolling, BlueGreen, Canary}, []AppKind{Deployment, DaemonSet}},
	{"min_ready", func(r *rolloutBlock) bool { return r.MinReady != 0 }, strategies, serving},
	{"progress_deadline", func(r *rolloutBlock) bool { return r.ProgressDeadline != 0 }, strategies, deployment},
	{"paused", func(r *rolloutBlock) bool { return r.Paused }, []string{Rolling, Recreate}, deployment},
	{"partition", func(r *rolloutBlock) bool { return r.Partition != nil }, []string{Rolling}, statefulSet},
	{"auto_switch", func(r *rolloutBlock) bool { return r.autoSwitch != nil }, []string{BlueGreen}, appKinds},
	{"preview", func(r *rolloutBlock) bool { return r.preview != nil }, []string{BlueGreen}, appKinds},
	{"keep_previous", func(r *rolloutBlock) bool { return r.keep.given }, []string{BlueGreen}, appKinds},
	{"worker", func(r *rolloutBlock) bool { return r.worker != nil }, []string{BlueGreen}, appKinds},
	{"steps", func(r *rolloutBlock) bool { return r.Steps != nil }, []string{Canary}, appKinds},
	{"traffic", func(r *rolloutBlock) bool { return r.Traffic != "" }, []string{Canary}, appKinds},
}

// checkRollout reports arguments that the strategy, or the app, has no use for,
// and what these lack.
func (s *scope) checkRollout(a *appBlock) {
	r := &a.rollout
	for _, use := range rolloutUses {
		switch {
		case !use.given(r):
		case !slices.Contains(use.strategies, r.Strategy):
			s.rolloutConflict(a, use.name, "%s is of use with the strategy %s; here it is %q.", use.name, choice(use.strategies), r.Strategy)
		case !slices.Contains(use.kinds, a.Kind):
			s.kindConflict(a, use.name, use.kinds, r.ranges[use.name])
		}
	}
	if isZero(r.MaxSurge) && isZero(r.MaxUnavailable) {
		s.rolloutConflict(a, "max_unavailable", "max_surge and max_unavailable cannot both be 0: no pod could ever be replaced.")
	}
	switch {
	case a.Kind == StatefulSet:
		s.checkOrderedRollout(a)
	case a.Kind == DaemonSet:
		s.checkDaemonRollout(a)
	case a.Kind != Deployment: // nothing to roll out
	case r.Strategy == BlueGreen:
		s.checkBlueGreen(a)
		s.checkSharedClaims(a)
		s.checkSelector(a)
	case r.Strategy == Canary:
		s.checkCanary(a)
		s.checkSharedClaims(a)
		s.checkSelector(a)
	}
	if r.Strategy != BlueGreen {
		for _, c := range r.Checks {
			s.report(problem(&c.DeclRange, "Conflicting arguments", "check is of use with the strategy %q; here it is %q.", BlueGreen, r.Strategy))
		}
	}
}

// rolloutConflict reports an argument at its place, or that of its block when it
// is not given.
func (s *scope) rolloutConflict(a *appBlock, argument, format string, args ...any) {
	at, written := a.rollout.ranges[argument]
	if !written {
		at = a.rollout.DeclRange
	}
	s.report(problem(&at, "Conflicting arguments", format, args...))
}

// isZero reports whether a number or percentage is given and nothing.
func isZero(text string) bool { return text == "0" || text == "0%" }

// checkOrderedRollout reports a strategy that a StatefulSet does not have.
func (s *scope) checkOrderedRollout(a *appBlock) {
	switch strategy := a.rollout.Strategy; strategy {
	case Recreate:
		s.rolloutConflict(a, "strategy", "A StatefulSet replaces its pods one by one; it has no strategy \"recreate\".")
	case BlueGreen, Canary:
		s.rolloutConflict(a, "strategy", "The pods of a StatefulSet have names and storage of their own, which two versions cannot both have. The strategy %q is for an app of kind \"Deployment\".", strategy)
	}
}

// checkDaemonRollout reports a strategy that a DaemonSet does not have, and what does
// not go together in one: it starts the new pod of a node before or after the old
// one ends, not both.
func (s *scope) checkDaemonRollout(a *appBlock) {
	r := &a.rollout
	surges := r.MaxSurge != "" && !isZero(r.MaxSurge)
	switch {
	case r.Strategy != Rolling:
		s.rolloutConflict(a, "strategy", "A DaemonSet replaces its pods node by node; it has no strategy %q.", r.Strategy)
	case surges && r.MaxUnavailable != "" && !isZero(r.MaxUnavailable):
		s.rolloutConflict(a, "max_surge", "The new pod on a node of a DaemonSet starts before the old one ends, with max_surge, or after it, with max_unavailable. Leave out one of them.")
	case r.MaxSurge == "" && isZero(r.MaxUnavailable):
		s.rolloutConflict(a, "max_unavailable", "A DaemonSet whose pods may not be missing needs max_surge: otherwise no pod could ever be replaced.")
	}
}

func (s *scope) checkBlueGreen(a *appBlock) {
	switch {
	case a.rollout.Worker:
		s.checkWorker(a)
	case a.Service == nil:
		s.rolloutConflict(a, "strategy", "%s %s, and so no Service whose traffic could move to another color. Add a port, or worker = true for an app that takes its work from somewhere else.", a.Address, a.unserved())
	case a.Service.Headless:
		s.report(problem(&a.Service.DeclRange, "Conflicting arguments", "The name of a headless Service leads to the pods themselves, whose addresses clients keep, so that its traffic cannot be moved at once. Leave out headless, or the strategy \"blue-green\"."))
	}
	s.checkOneService(a, "the traffic of a color moves with one Service")
	s.checkChecks(a)
	longest := a.Name + "-green"
	if a.Rollout.Preview && a.Service != nil {
		longest = a.Service.Name + "-preview"
	}
	s.checkSideName(longest)
}

// checkOneService reports Services that would lead to both versions at any time.
func (s *scope) checkOneService(a *appBlock, why string) {
	for _, further := range a.Further {
		s.report(problem(&further.DeclRange, "Conflicting arguments",
			"With this strategy %s, and the Service %q would lead to both versions. Leave it out; if it may lead to both, write it as a resource \"Service\" with the selector %s.selector.", why, further.Name, a.Address))
	}
}

// unserved says why an app has no Service, as in "app.web has no port block".
func (a *App) unserved() string {
	if len(a.Ports) > 0 {
		return "exposes no port"
	}
	return "has no port block"
}

// checkWorker reports what needs a Service, or pods of the idle color.
func (s *scope) checkWorker(a *appBlock) {
	if a.Service != nil {
		at := a.Service.DeclRange
		if len(a.Service.Ports) > 0 {
			at = a.Service.Ports[0].DeclRange
		}
		s.rolloutConflict(a, "worker", "A worker has no Service, and %s has one by its port at %s. Leave out worker, or the port.", a.Address, place(at))
	}
	if a.Autoscale != nil {
		s.rolloutConflict(a, "worker", "The idle color of a worker has no pods, and the autoscale block at %s leaves their number to the cluster. Leave out one of them.", place(a.Autoscale.DeclRange))
	}
	if isTrue(a.rollout.preview) {
		s.rolloutConflict(a, "preview", "A worker has no Service, and so no preview.")
	}
	if a.rollout.keep.given {
		s.rolloutConflict(a, "keep_previous", "The previous color of a worker keeps no pods: they would go on working. Leave out keep_previous.")
	}
}

func (s *scope) checkCanary(a *appBlock) {
	if a.rollout.Steps == nil {
		s.report(problem(&a.rollout.DeclRange, "Missing required argument", "A canary needs its steps: the percentages that the new version gets one after the other, as in steps = [10, 50]."))
	}
	if a.Service == nil {
		s.rolloutConflict(a, "strategy", "%s %s, and so no Service of whose requests a canary could get a share. Add a port, or use another strategy.", a.Address, a.unserved())
	} else if a.rollout.Traffic != "" {
		s.checkOneService(a, "the weight of a canary is that of the requests to one Service")
		s.checkSideName(a.Service.Name + "-canary")
	}
	s.checkSideName(a.Name + "-canary")
}

// checkSideName reports an app whose name leaves no room for what its objects
// have at the end of theirs.
func (s *scope) checkSideName(name string) {
	if len(name) > labelLength {
		s.report(problem(&s.node.nameRange, "Invalid name", "With this rollout the app would have an object named %q, which must be at most %d characters long; it has %d. Give the app a shorter name.", name, labelLength, len(name)))
	}
}

// checkSharedClaims reports claims that the pods of two Deployments cannot have at
// the same time. What claims made elsewhere allow is not known here.
func (s *scope) checkSharedClaims(a *appBlock) {
	for _, c := range a.Claims() {
		if c.sharable() {
			continue
		}
		s.report(problem(&c.DeclRange, "Claim cannot be shared",
			"With the strategy %q two versions of the app run at once, and this claim is for one node at a time (%s). Ask for access_modes = [\"ReadWriteMany\"], or keep the data in an app of their own.",
			a.rollout.Strategy, strings.Join(c.AccessModes, ", ")))
	}
}
