package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"k8s.io/client-go/dynamic"

	"stowage/internal/testcluster"
)

// TestS43KilledAtAnyWriteOfASwitch kills deploys and switches of apps whose versions
// run side by side with SIGKILL right after each of their writes. In each state that
// this leaves behind, status names the version with the traffic. From there the same
// command, its opposite, or a plain apply, which take turns, comes to where it leads
// when nothing was killed before. All the while the version with the traffic is fully
// there.
func TestS43KilledAtAnyWriteOfASwitch(t *testing.T) {
	cluster := testcluster.Start(t)
	client, err := dynamic.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	lookout := newLookout(t, cluster)
	var all tally
	var scenarios sync.WaitGroup
	for _, scenario := range switchScenarios {
		scenarios.Go(func() {
			var own tally
			t.Run(scenario.name, func(t *testing.T) {
				for turn := range min(*killTurns, len(scenario.next)) {
					l := &switchLane{ground: newGround(t, cluster, client, scenario.apps...), scenario: scenario, turn: turn}
					l.guard = lookout.guard(l.ground)
					l.drive(&own, &all)
				}
			})
			testcluster.Report(t, "%s: %s", scenario.name, &own)
		})
	}
	scenarios.Wait()
	testcluster.Report(t, "in all: %s", &all)
}

// switchLane kills run after run of a scenario, each at a later write than the one
// before, until one comes to its end.
type switchLane struct {
	*ground
	*guard
	scenario switchScenario
	turn     int // which command follows the first killed run

	versions int
	old, new string // versions that the run is about; the old one has the traffic when it begins
	third    string // version that is applied meanwhile
	said     string // by the last command
}

func (l *switchLane) drive(counts ...*tally) {
	all := l.test
	for k, survived := 1, false; !survived; k++ {
		if k > manyWrites {
			all.Fatal("the run never comes to its end")
		}
		next := l.scenario.next[(k+l.turn)%len(l.scenario.next)]
		good := all.Run(fmt.Sprintf("%d/%s", k, next.name), func(t *testing.T) {
			l.test = t
			survived = l.try(k, next)
		})
		l.test = all
		switch {
		case survived:
		case !good:
			for _, c := range counts {
				c.count(false)
			}
			return // what the next run would begin with is not known
		default:
			for _, c := range counts {
				c.count(true)
			}
		}
	}
}

// try kills one run and goes on from there. It reports whether the run came to its
// end by itself.
func (l *switchLane) try(k int, next switchStep) (survived bool) {
	t := l.test
	t.Helper()
	l.scenario.begin(l)
	start := l.stances()
	survived, code, output := killed(t, l.proxy, k, after, l.scenario.run.args(l)...)
	if survived {
		if code != exitOK {
			t.Fatalf("undisturbed %s: exit code %d\n%s", l.scenario.run.name, code, output)
		}
		l.said = output
		l.isAfter(l.scenario.run, start)
		return true
	}
	l.namesTheActive()
	start = l.stances()
	l.said = want(t, exitOK, next.args(l)...)
	l.isAfter(next, start)
	return false
}

// stances are where the apps stand.
func (l *switchLane) stances() []stance {
	l.test.Helper()
	objects, err := l.look()
	if err != nil {
		l.test.Fatal(err)
	}
	return l.stancesIn(objects)
}

func (l *switchLane) stancesIn(objects found) []stance {
	l.test.Helper()
	stances := make([]stance, len(l.apps()))
	for i, app := range l.apps() {
		var err error
		if stances[i], err = stanceOf(app, objects); err != nil {
			l.test.Fatal(err)
		}
	}
	return stances
}

func (l *switchLane) apps() []sidedApp { return l.ground.apps }

// namesTheActive expects status to name the versions with the traffic as the Services
// do.
func (l *switchLane) namesTheActive() {
	l.test.Helper()
	out := want(l.test, exitOK, append([]string{"status", "-o", "json"}, l.where()...)...)
	var status struct {
		Rollouts []struct{ App, Active string }
	}
	if err := json.Unmarshal([]byte(out), &status); err != nil {
		l.test.Fatal(err)
	}
	named := map[string]string{}
	for _, r := range status.Rollouts {
		named[r.App] = r.Active
	}
	for i, s := range l.stances() {
		if app := l.apps()[i].name; named[app] != s.active {
			l.test.Errorf("status names %q as the active side of %s: %s\n%s", named[app], app, s, out)
		}
	}
}

// isAfter expects what a command leaves when nothing was killed before it, from where
// the apps stood.
func (l *switchLane) isAfter(s switchStep, start []stance) {
	l.test.Helper()
	objects, err := l.look()
	if err != nil {
		l.test.Fatal(err)
	}
	all := []error{l.isRecorded(objects), l.check(objects)}
	now := l.stancesIn(objects)
	for i, app := range l.apps() {
		all = append(all, now[i].isWhole(app), s.leads(l, start[i], now[i]))
		if i > 0 && !s.apart && now[i].version() != now[0].version() {
			all = append(all, fmt.Errorf("the apps are apart: %s", now[i]))
		}
	}
	if err := errors.Join(all...); err != nil {
		l.test.Fatalf("after %s:\n%v\nbefore: %v\nnow: %v\nold %s, new %s\n%s", s.name, err, start, now, l.old, l.new, l.said)
	}
	l.hasNothingToDo(s, now[0])
}

// hasNothingToDo expects a second run, and an apply of what was deployed last, to
// write nothing.
func (l *switchLane) hasNothingToDo(s switchStep, now stance) {
	l.test.Helper()
	l.proxy.Reset()
	again := ""
	if !s.once {
		again = want(l.test, exitOK, s.args(l)...)
	}
	if s.unsettled {
		return
	}
	deployed := now.version()
	if now.newest != "" {
		deployed = now.sides[now.newest].version
	} else if canary, ok := now.sides["canary"]; ok {
		deployed = canary.version
	}
	code, out, errs := stowage(l.test, l.reads("plan", deployed, "--detailed-exitcode")...)
	if again += out + errs; code != exitOK {
		l.test.Fatalf("after %s, a plan of what was deployed last, %s, has exit code %d: %s\n%s", s.name, deployed, code, now, again)
	}
	if writes := l.proxy.Writes(); len(writes) > 0 {
		l.test.Errorf("a second %s makes %d writes: %v\n%s", s.name, len(writes), writes, again)
	}
}

// does runs a command that brings the apps to where a run begins.
func (l *switchLane) does(args []string) {
	l.test.Helper()
	want(l.test, exitOK, args...)
}

// fresh returns a version that was never there.
func (l *switchLane) fresh() string {
	l.versions++
	return "1.0." + strconv.Itoa(l.versions)
}
