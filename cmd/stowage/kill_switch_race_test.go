package main

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"testing"

	"k8s.io/client-go/dynamic"

	"stowage/internal/testcluster"
)

// switchRaces is how often a switch and another run are let loose on one app at the
// same time, of each kind.
const switchRaces = 7

// rivals are what a switch runs against. The other way back has nothing to do unless
// the switch was first, so that the two do not always meet at the lock.
var rivals = []struct {
	name  string
	meets bool
	args  func(*switchLane) []string
}{
	{"switch back", false, switching("--back")},
	{"retire", true, switching("--retire")},
	{"apply", true, apply(func(l *switchLane) string { return l.third })},
}

// TestS24SwitchesAtTheSameTime has a process move the traffic of an app while another
// one moves it back, ends the version that it goes to, or applies a third one. The lock
// puts them one after the other; of every second pair, the one that comes too late
// leaves, and of the others it waits. In the end the app is whole, and the traffic is
// where the runs that succeeded have left it.
func TestS24SwitchesAtTheSameTime(t *testing.T) {
	cluster := testcluster.Start(t)
	client, err := dynamic.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	lookout := newLookout(t, cluster)
	outcomes := map[string]int{}
	var mu sync.Mutex
	var lanes sync.WaitGroup
	for _, rival := range rivals {
		lanes.Go(func() {
			t.Run(rival.name, func(t *testing.T) {
				l := &switchLane{ground: newGround(t, cluster, client, shop)}
				l.guard = lookout.guard(l.ground)
				for n := range switchRaces {
					l.beginWaiting()
					l.third = l.fresh()
					var intercept func(testcluster.Request) testcluster.Action
					if rival.meets {
						intercept = meetAtLock()
					}
					l.proxy.Intercept(intercept)
					outcome := l.race(rival.args(l), n%2 == 0)
					mu.Lock()
					outcomes[rival.name+": "+outcome]++
					mu.Unlock()
				}
			})
		})
	}
	lanes.Wait()
	testcluster.Report(t, "%d of %d: %v", sum(outcomes), len(rivals)*switchRaces, outcomes)
}

// race lets a switch and its rival loose, and returns how that went.
func (l *switchLane) race(rival []string, patient bool) string {
	l.test.Helper()
	both := [2][]string{l.switches(), rival}
	var codes [2]int
	var outputs [2]string
	var ends sync.WaitGroup
	for i := range both {
		if patient {
			both[i] = append(both[i], "--lock-timeout", "1m")
		}
		ends.Go(func() { codes[i], outputs[i] = runs(both[i]) })
	}
	ends.Wait()
	l.proxy.Intercept(nil)

	left := 0
	for i, code := range codes {
		switch {
		case code == exitOK:
		case code == exitLocked && !patient && left == 0:
			left++
		default:
			l.test.Fatalf("%v: exit code %d\n%s\nand\n%s", both[i], code, outputs[i], outputs[1-i])
		}
	}
	l.isSettled(codes)
	return map[int]string{0: "both did", 1: "one left"}[left]
}

// runs runs the tool as a process of its own.
func runs(args []string) (code int, output string) {
	var written bytes.Buffer
	process := exec.Command("stowage", args...)
	process.Stdout, process.Stderr = &written, &written
	_ = process.Run() // the exit code is looked at
	return process.ProcessState.ExitCode(), written.String()
}

// isSettled expects the app to be whole after a race, with its traffic where those that
// succeeded have left it.
func (l *switchLane) isSettled(codes [2]int) {
	l.test.Helper()
	objects, err := l.look()
	if err != nil {
		l.test.Fatal(err)
	}
	now := l.stancesIn(objects)[0]
	all := []error{l.isRecorded(objects), l.check(objects), now.isWhole(shop)}
	if codes[0] == exitLocked {
		all = append(all, isVersion(now, l.old))
	}
	if v := now.version(); v != l.old && v != l.new && v != l.third {
		all = append(all, fmt.Errorf("version %s is active", v))
	}
	if err := errors.Join(all...); err != nil {
		l.test.Fatalf("%v\n%s\ncodes %v", err, now, codes)
	}
}
