package main

import (
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"k8s.io/client-go/dynamic"

	"stowage/internal/release"
	"stowage/internal/testcluster"
)

var killWays = flag.Int("kill-ways", 1, "in how many of the 4 ways each write is the last of a killed run")

// way is when runs are killed, and which configuration is applied then.
type way struct {
	when moment
	on   direction
}

// ways take turns from write to write, so that one way for each write has them all:
// right after a write is also right before the next one.
var ways = []way{{after, forward}, {before, back}, {after, back}, {before, forward}}

// TestS21KilledAtAnyWrite kills runs with SIGKILL right after and right before
// each of their writes, those of the record and the lock included. From every
// state that this leaves behind, of which status and plan tell (S22), a plain
// command of the new configuration, or in another run of the old one, comes to
// where an undisturbed run ends.
func TestS21KilledAtAnyWrite(t *testing.T) {
	yard := newYard(t)
	var all tally
	var scenarios sync.WaitGroup
	for _, scenario := range killScenarios {
		scenarios.Go(func() {
			var own tally
			var lanes sync.WaitGroup
			for turn := range *killWays {
				for first := range scenario.lanes {
					lanes.Go(func() {
						t.Run(fmt.Sprintf("%s/turn %d", scenario.name, turn), func(t *testing.T) {
							yard.lane(t, turn, &own, &all).drive(scenario, 1+first)
						})
					})
				}
			}
			lanes.Wait()
			testcluster.Report(t, "%s: %s", scenario.name, &own)
		})
	}
	scenarios.Wait()
	testcluster.Report(t, "in all, in %d of %d ways: %s", *killWays, len(ways), &all)
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
	l := y.lane(t, 0)
	l.settleIn(t)
	l.deployed()
	y.reference = l.current(l.look())
	return y
}

func (y *yard) lane(t *testing.T, turn int, counts ...*tally) *lane {
	return &lane{yard: y, t: t, turn: turn, counts: counts, port: y.cluster.NodePort(t), read: map[string]*release.Record{}}
}

// lane kills run after run of a scenario, each at a later write than the one before,
// until one comes to its end. The lanes of a scenario take turns at the writes.
type lane struct {
	*yard
	way               // of the run that is killed
	turn   int        // of the ways, at the first write
	t      *testing.T // of the run that is killed
	counts []*tally

	*place
	port string                     // of the nodes
	now  *settings                  // what is applied; nil: nothing
	last *settings                  // what was applied before that and is recorded as healthy
	read map[string]*release.Record // what was read of the history, by UID and resource version
}

// manyWrites is more than any of the runs makes.
const manyWrites = 60

func (l *lane) drive(s killScenario, first int) {
	all := l.t
	for k, survived := first, false; !survived; k += s.lanes {
		if k > manyWrites {
			all.Fatal("the run never comes to its end")
		}
		l.way = ways[(k+l.turn)%len(ways)]
		good := all.Run(fmt.Sprintf("%d %s %s", k, l.when, l.on), func(t *testing.T) {
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
	l.now, l.last = nil, nil
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
		l.settles()
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
