package main

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"k8s.io/client-go/dynamic"

	"stowage/internal/release"
	"stowage/internal/testcluster"
)

// TestS21KilledAtAnyWrite kills runs with SIGKILL right before and right after
// each of their writes, those of the record and the lock included. From every
// state that this leaves behind, of which status and plan tell (S22), a plain
// command of the new configuration, and in another run of the old one, comes to
// where an undisturbed run ends.
func TestS21KilledAtAnyWrite(t *testing.T) {
	yard := newYard(t)
	var all tally
	var scenarios sync.WaitGroup
	for _, scenario := range killScenarios {
		scenarios.Go(func() {
			var own tally
			var lanes sync.WaitGroup
			for _, when := range []moment{before, after} {
				for _, on := range []direction{forward, back} {
					lanes.Go(func() {
						t.Run(fmt.Sprintf("%s/%s/%s", scenario.name, when, on), func(t *testing.T) {
							yard.lane(t, when, on, &own, &all).drive(scenario)
						})
					})
				}
			}
			lanes.Wait()
			t.Logf("%s: %s", scenario.name, &own)
		})
	}
	scenarios.Wait()
	t.Logf("in all: %s", &all)
}

// tally counts killed runs.
type tally struct{ killed, mended atomic.Int32 }

func (c *tally) count(mended bool) {
	c.killed.Add(1)
	if mended {
		c.mended.Add(1)
	}
}

// String returns "12 of 12 killed runs were mended".
func (c *tally) String() string {
	return fmt.Sprintf("%d of %d killed runs were mended", c.mended.Load(), c.killed.Load())
}

// direction says which configuration is applied after a killed run.
type direction string

const (
	forward direction = "forward" // the one that it was applying
	back    direction = "back"    // the one before
)

// yard is what the lanes have in common.
type yard struct {
	cluster   *testcluster.Cluster
	client    dynamic.Interface
	faulty    string   // directory of the example with an image that cannot be pulled
	reference snapshot // of an undisturbed install
}

func newYard(t *testing.T) *yard {
	t.Helper()
	cluster := testcluster.Start(t)
	client, err := dynamic.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	y := &yard{cluster: cluster, client: client, faulty: faultyExample(t)}
	l := y.lane(t, "", "")
	l.settleIn(t)
	l.deployed()
	y.reference = l.current(l.look())
	return y
}

func (y *yard) lane(t *testing.T, when moment, on direction, counts ...*tally) *lane {
	return &lane{yard: y, t: t, when: when, on: on, counts: counts, port: y.cluster.NodePort(t), read: map[string]*release.Record{}}
}

// lane kills run after run of a scenario, in the same way, each at a write later
// than the one before, until one comes to its end.
type lane struct {
	*yard
	t      *testing.T // of the run that is killed
	when   moment
	on     direction
	counts []*tally

	*place
	port string                     // of the nodes
	now  *settings                  // what is applied; nil: nothing
	read map[string]*release.Record // what was read of the history, by UID and resource version
}

// manyWrites is more than any of the runs makes.
const manyWrites = 60

func (l *lane) drive(s killScenario) {
	all := l.t
	for k, survived := 1, false; !survived; k++ {
		if k > manyWrites {
			all.Fatal("the run never comes to its end")
		}
		good := all.Run(strconv.Itoa(k), func(t *testing.T) {
			l.t = t
			switch {
			case s.fresh:
				l.settleIn(t)
			case l.place == nil:
				l.settleIn(all)
			}
			survived = l.try(s.next(l, k), k)
		})
		if !good { // the next run is not to suffer from it
			l.place, l.port = nil, l.cluster.NodePort(all)
		}
		if survived {
			return
		}
		for _, c := range l.counts {
			c.count(good)
		}
	}
}

// settleIn moves the lane to a namespace that does not exist, and that goes with
// the test.
func (l *lane) settleIn(t *testing.T) {
	l.place = &place{
		trial:     &trial{test: t, cluster: l.cluster, client: l.client},
		namespace: l.cluster.UnusedNamespace(t),
		nodePort:  l.port,
		proxy:     l.cluster.Proxy(t),
	}
	l.now = nil
}

// try kills one run and goes on from there. It reports whether the run came to
// its end by itself.
func (l *lane) try(a attempt, k int) (survived bool) {
	l.t.Helper()
	survived, code, output := killed(l.t, l.proxy, k, l.when, a.run.args...)
	on := map[direction]call{forward: a.forward, back: a.back}[l.on]
	if survived {
		if on = a.run; code != on.code {
			l.t.Fatalf("undisturbed %v: exit code %d, want %d\n%s", on.args, code, on.code, output)
		}
	} else {
		l.tellsOfInterrupt(l.planned(on))
		l.does(on)
	}
	l.now = on.left
	l.isInOrder()
	return survived
}

// planned is the configuration that a command applies, or the one that it leaves
// behind.
func (l *lane) planned(c call) settings {
	switch {
	case c.left != nil:
		return *c.left
	case l.now != nil:
		return *l.now
	}
	return example
}
