package main

import (
	"errors"
	"sync"
	"testing"

	"k8s.io/client-go/dynamic"

	"stowage/internal/testcluster"
)

const (
	faultySwitchers = 5  // releases
	faultySwitches  = 10 // of each, one after the other
)

// TestS25SwitchesSucceedThoughRequestsFail moves traffic to and fro through a network
// and to a server that fail each tenth request in every way there is. Each switch
// succeeds, and leaves what it leaves when nothing fails.
func TestS25SwitchesSucceedThoughRequestsFail(t *testing.T) {
	cluster := testcluster.Start(t)
	client, err := dynamic.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("what goes wrong has the seed %d", *faultSeed)
	lookout := newLookout(t, cluster)
	network := &faultyNetwork{met: map[bool]int{}}
	succeeded := make([]int, faultySwitchers)
	var group sync.WaitGroup
	for i := range faultySwitchers {
		l := &switchLane{ground: newGround(t, cluster, client, shop)}
		l.guard = lookout.guard(l.ground)
		group.Go(func() { succeeded[i] = l.switchThrough(network, uint64(i)) })
	}
	group.Wait()
	total := 0
	for _, n := range succeeded {
		total += n
	}
	if want := faultySwitchers * faultySwitches; total != want {
		t.Errorf("%d of %d switches succeeded", total, want)
	}
	network.expectAllMet(t)
	testcluster.Report(t, "%d of %d", total, faultySwitchers*faultySwitches)
}

// switchThrough moves traffic to and fro through the network, and returns how often
// that went well.
func (l *switchLane) switchThrough(network *faultyNetwork, line uint64) (succeeded int) {
	for range 2 {
		if code, out, errs := stowage(l.test, l.applies(l.fresh())...); code != exitOK {
			l.test.Errorf("exit code %d\n%s%s", code, out, errs)
			return 0
		}
	}
	versions := []string{"1.0.2", "1.0.1"}
	fails := network.line(*faultSeed, line)
	for n := range faultySwitches {
		way := [][]string{nil, {"--back"}}[n%2]
		l.proxy.Intercept(fails)
		code, out, errs := stowage(l.test, l.switches(way...)...)
		l.proxy.Intercept(nil)
		if code != exitOK {
			l.test.Errorf("switch %d: exit code %d\n%s%s", n+1, code, out, errs)
			continue
		}
		if err := l.isAt(versions[n%2]); err != nil {
			l.test.Errorf("after switch %d: %v\n%s%s", n+1, err, out, errs)
			continue
		}
		succeeded++
	}
	return succeeded
}

// isAt expects the traffic of the one app on a version, with everything in order.
func (l *switchLane) isAt(version string) error {
	objects, err := l.look()
	if err != nil {
		return err
	}
	now, err := stanceOf(l.apps()[0], objects)
	return errors.Join(err, l.isRecorded(objects), l.check(objects), now.isWhole(l.apps()[0]), isVersion(now, version))
}
