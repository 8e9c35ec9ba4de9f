package main

import (
	"flag"
	"fmt"
)

var killTurns = flag.Int("kill-turns", 1, "how many of the commands that may follow it are tried after each killed switch")

// switchScenario is a kind of run that is killed.
type switchScenario struct {
	name  string
	apps  []sidedApp
	begin func(*switchLane) // brings the apps to where the run begins
	run   switchStep
	next  []switchStep // what follows a killed run, in turns
}

// switchStep is a command.
type switchStep struct {
	name  string
	args  func(*switchLane) []string
	leads func(l *switchLane, before, now stance) error // of each app
	apart bool                                          // it leaves apps apart that are
	once  bool                                          // a second one goes further
	// unsettled says that it leaves something for an apply to do: traffic is not on what
	// was deployed last, as the configuration wants it.
	unsettled bool
}

var (
	shop   = sidedApp{name: "shop", pods: 2, rollout: `strategy = "blue-green"`}
	cart   = sidedApp{name: "cart", pods: 2, rollout: `strategy = "blue-green"`}
	worker = sidedApp{name: "worker", pods: 2, worker: true, rollout: "strategy = \"blue-green\"\nworker = true"}
	auto   = sidedApp{name: "auto", pods: 2, rollout: "strategy = \"blue-green\"\nauto_switch = true"}
	tested = sidedApp{name: "tested", pods: 2, rollout: "strategy = \"blue-green\"\ncheck \"smoke\" { image = \"busybox\" }"}
	birds  = sidedApp{name: "birds", pods: 3, rollout: "strategy = \"canary\"\nsteps = [30, 60]"}
)

var switchScenarios = []switchScenario{
	{"deploy", []sidedApp{shop}, (*switchLane).beginDeploy, deployNew, []switchStep{deployNew, applyOld, rollBack}},
	{"switch", []sidedApp{shop}, (*switchLane).beginWaiting, moveOn, []switchStep{moveOn, moveBack, applyNew, applyOld}},
	{"switch back", []sidedApp{shop}, (*switchLane).beginMoved, moveBack, []switchStep{moveBack, moveOn, applyNew, applyOld}},
	{"retire", []sidedApp{shop}, (*switchLane).beginMoved, retire, []switchStep{retire, moveBack, applyNew, applyOld}},
	{"two apps", []sidedApp{shop, cart}, (*switchLane).beginWaiting, moveOn, []switchStep{moveOn, moveBack}},
	{"worker", []sidedApp{worker}, (*switchLane).beginWaiting, moveOn, []switchStep{moveOn, moveBack, applyNew, applyOld}},
	{"auto_switch", []sidedApp{auto}, (*switchLane).beginDeploy, moveByApply, []switchStep{moveByApply, moveBackByApply, moveBackByRoll}},
	{"checks", []sidedApp{tested}, (*switchLane).beginWaiting, moveOn, []switchStep{moveOn, moveBack, applyNew}},
	{"canary", []sidedApp{birds}, (*switchLane).beginDeploy, deployCanary, []switchStep{deployCanary, abortByApply, rollBack}},
	{"canary next", []sidedApp{birds}, (*switchLane).beginCanary, nextShare, []switchStep{promote, abort, keepCanary}},
	{"canary promote", []sidedApp{birds}, (*switchLane).beginCanary, promote, []switchStep{promote, applyNew, promoteBack}},
	{"canary abort", []sidedApp{birds}, (*switchLane).beginCanary, abort, []switchStep{abort, deployCanary, abortByApply}},
}

func apply(version func(*switchLane) string) func(*switchLane) []string {
	return func(l *switchLane) []string { return l.applies(version(l)) }
}

func switching(flags ...string) func(*switchLane) []string {
	return func(l *switchLane) []string { return l.switches(flags...) }
}

func rollingBack(l *switchLane) []string {
	return append(append([]string{"rollback"}, l.where()...), unattended...)
}

func theOld(l *switchLane) string { return l.old }
func theNew(l *switchLane) string { return l.new }

var (
	// An apply leaves the traffic where it is.
	deployNew = switchStep{name: "apply new", args: apply(theNew), leads: expectAll(stays, newWaits)}
	applyNew  = switchStep{name: "apply new", args: apply(theNew), leads: stays, apart: true}
	applyOld  = switchStep{name: "apply old", args: apply(theOld), leads: stays, apart: true}
	rollBack  = switchStep{name: "rollback", args: rollingBack, leads: toOld, once: true}

	moveOn          = switchStep{name: "switch", args: switching(), leads: expectAll(toNew, bothAreUp)}
	moveBack        = switchStep{name: "switch back", args: switching("--back"), leads: expectAll(toOld, bothAreUp)}
	retire          = switchStep{name: "retire", args: switching("--retire"), leads: expectAll(stays, oneIsUp)}
	moveByApply     = switchStep{name: "apply new", args: apply(theNew), leads: expectAll(toNew, bothAreUp)}
	moveBackByRoll  = switchStep{name: "rollback", args: rollingBack, leads: toOld, once: true, unsettled: true}
	moveBackByApply = switchStep{name: "apply old", args: apply(theOld), leads: toOld}

	deployCanary = switchStep{name: "apply new", args: apply(theNew), leads: expectAll(toOld, hasShare)}
	keepCanary   = switchStep{name: "apply new", args: apply(theNew), leads: expectAll(toOld, hasShare)}
	nextShare    = switchStep{name: "next", args: switching("--next"), leads: expectAll(toOld, hasShare), once: true}
	promote      = switchStep{name: "promote", args: switching("--promote"), leads: expectAll(toNew, isAlone)}
	abort        = switchStep{name: "abort", args: switching("--abort"), leads: expectAll(toOld, isAlone)}
	abortByApply = switchStep{name: "apply old", args: apply(theOld), leads: expectAll(toOld, isAlone)}
	promoteBack  = switchStep{name: "apply old", args: apply(theOld), leads: stays}
)

// expectAll expects several things.
func expectAll(expectations ...func(*switchLane, stance, stance) error) func(*switchLane, stance, stance) error {
	return func(l *switchLane, before, now stance) error {
		for _, expect := range expectations {
			if err := expect(l, before, now); err != nil {
				return err
			}
		}
		return nil
	}
}

func stays(_ *switchLane, before, now stance) error { return isVersion(now, before.version()) }

func toNew(l *switchLane, _, now stance) error { return isVersion(now, l.new) }

func toOld(l *switchLane, _, now stance) error { return isVersion(now, l.old) }

func isVersion(now stance, version string) error {
	if now.version() != version {
		return fmt.Errorf("version %s is active, not %s", now.version(), version)
	}
	return nil
}

// newWaits expects the new version fully there beside the one with the traffic.
func newWaits(l *switchLane, _, now stance) error {
	if idle := now.sides[now.idle()]; idle.version != l.new || now.newest != now.idle() {
		return fmt.Errorf("version %s does not wait", l.new)
	}
	return bothAreUp(l, now, now)
}

// bothAreUp expects as many pods on both sides; a worker's are all on one.
func bothAreUp(l *switchLane, _, now stance) error {
	pods := int64(0)
	for _, side := range now.sides {
		pods += side.pods
	}
	wanted := 2 * l.apps()[0].pods
	if l.apps()[0].worker {
		wanted /= 2
	}
	if pods != wanted {
		return fmt.Errorf("there are %d pods, and not %d", pods, wanted)
	}
	return nil
}

func oneIsUp(_ *switchLane, _, now stance) error {
	if idle := now.sides[now.idle()]; idle.pods > 0 {
		return fmt.Errorf("%s has %d pods", now.idle(), idle.pods)
	}
	return nil
}

// isAlone expects no canary.
func isAlone(_ *switchLane, _, now stance) error {
	if len(now.sides) != 1 {
		return fmt.Errorf("there are %d versions", len(now.sides))
	}
	return nil
}

// hasShare expects a canary with the pods of one of its steps.
func hasShare(l *switchLane, _, now stance) error {
	canary := now.sides["canary"]
	pods := map[string]int64{"30": 1, "60": 2}[canary.weight]
	if canary.version != l.new || pods == 0 || canary.pods != pods {
		return fmt.Errorf("the canary is %+v", canary)
	}
	return nil
}

// beginDeploy has one version with all the traffic.
func (l *switchLane) beginDeploy() {
	l.test.Helper()
	if l.versions == 0 {
		l.does(l.applies(l.fresh()))
	}
	now := l.stances()[0]
	if _, ok := now.sides["canary"]; ok {
		l.does(l.switches("--abort"))
	}
	l.old, l.new = now.version(), l.fresh()
}

// beginWaiting has two versions, of which the one without traffic was deployed last.
func (l *switchLane) beginWaiting() {
	l.test.Helper()
	if l.versions == 0 {
		l.does(l.applies(l.fresh()))
		l.does(l.applies(l.fresh()))
	}
	l.does(l.switches("--back"))
	now := l.stances()[0]
	l.old, l.new = now.version(), now.sides[now.idle()].version
	if !l.apps()[0].worker && now.sides[now.idle()].pods == 0 { // it was retired
		l.does(l.applies(l.new))
	}
}

// beginMoved has two versions, of which the one with the traffic was deployed last.
func (l *switchLane) beginMoved() {
	l.test.Helper()
	l.beginWaiting()
	l.does(l.switches())
}

// beginCanary has a canary at its first step.
func (l *switchLane) beginCanary() {
	l.test.Helper()
	l.beginDeploy()
	l.does(l.applies(l.new))
}
