package main

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/dynamic"

	"stowage/internal/testcluster"
)

var (
	sequences     = flag.Int("sequences", 6, "how many sequences of applies and switches are tried")
	sequenceSteps = flag.Int("sequence-steps", 10, "how many commands each of them has")
)

const sequencesAtOnce = 3

// TestSequencesOfSwitches runs random sequences of applies, switches, rollbacks and
// changes of strategy. After each command the app is what a small model of it says: which
// version has the traffic, which is beside it and with how many pods. It is recorded
// as it is, there is nothing left to do, and there was no moment in which traffic went
// to pods that were not ready.
func TestSequencesOfSwitches(t *testing.T) {
	cluster := testcluster.Start(t)
	client, err := dynamic.NewForConfig(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	s := &sequenceYard{cluster: cluster, client: client, lookout: newLookout(t, cluster)}
	var good atomic.Int32
	var group errgroup.Group
	group.SetLimit(sequencesAtOnce)
	for seed := *firstSeed; seed < *firstSeed+uint64(*sequences); seed++ {
		group.Go(func() error {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				s.check(t, seed)
				good.Add(1)
			})
			return nil
		})
	}
	_ = group.Wait() // failures are those of the tests
	testcluster.Report(t, "%d of %d sequences of %d commands, from seed %d", good.Load(), *sequences, *sequenceSteps, *firstSeed)
}

// sequenceOf makes commands out of a seed.
func sequenceOf(seed uint64) []string {
	random := rand.New(rand.NewPCG(seed, 44)) //nolint:gosec // it must be the same each time
	pick := func(options ...string) string { return options[random.IntN(len(options))] }
	strategy := pick("blue-green", "blue-green", "canary", "rolling")
	version := func() string { return pick("1.0.1", "1.0.2", "1.0.3") }
	ops := []string{"apply " + strategy + " " + version()}
	for len(ops) < *sequenceSteps {
		if random.IntN(6) == 0 {
			strategy = pick("blue-green", "canary", "rolling")
		}
		op := pick("apply", "apply", "apply", "rollback", "move", "move", "move")
		switch {
		case op == "apply":
			op = "apply " + strategy + " " + version()
		case op == "move" && strategy == "canary":
			op = pick("next", "next", "promote", "abort", "switch")
		case op == "move":
			op = pick("switch", "switch", "back", "retire", "abort")
		}
		ops = append(ops, op)
	}
	return ops
}

// sequenceYard is what the sequences have in common.
type sequenceYard struct {
	cluster *testcluster.Cluster
	client  dynamic.Interface
	lookout *lookout
}

// check fails with the sequence, made shorter if wanted.
func (s *sequenceYard) check(t *testing.T, seed uint64) {
	ops := sequenceOf(seed)
	err := s.run(t, ops)
	if err == nil {
		return
	}
	if *reduce {
		ops, err = s.shorten(t, ops, err)
	}
	t.Fatalf("again: go test ./cmd/stowage -run TestSequencesOfSwitches -seed %d -sequences 1 -reduce\n%s\n%v", seed, strings.Join(ops, "\n"), err)
}

// shorten leaves out commands as long as the rest fails.
func (s *sequenceYard) shorten(t *testing.T, ops []string, err error) ([]string, error) {
	for i := len(ops) - 1; i > 0; i-- {
		shorter := slices.Delete(slices.Clone(ops), i, i+1)
		if still := s.run(t, shorter); still != nil {
			ops, err = shorter, still
		}
	}
	return ops, err
}

// run runs a sequence where nothing was, and returns what is wrong after which command.
func (s *sequenceYard) run(t *testing.T, ops []string) error {
	l := &switchLane{ground: newGround(t, s.cluster, s.client, sequenced("rolling"))}
	l.guard = s.lookout.guard(l.ground)
	q := &sequence{switchLane: l}
	for i, op := range ops {
		if err := q.step(op); err != nil {
			return fmt.Errorf("command %d, %s: %w", i+1, op, err)
		}
	}
	return nil
}

// sequenced is the app of the sequences.
func sequenced(strategy string) sidedApp {
	rollout := fmt.Sprintf("strategy = %q", strategy)
	if strategy == "canary" {
		rollout += "\nsteps = [30, 60]"
	}
	return sidedApp{name: "shop", pods: propertyPods, rollout: rollout}
}

// sequence is one that runs.
type sequence struct {
	*switchLane
	model   switchModel
	history []switchModel // after each revision
}

// step runs one command and returns what is wrong after it.
func (q *sequence) step(op string) error {
	expected := q.model
	refused := false
	if op == "rollback" {
		if refused = len(q.history) < 2; !refused {
			expected = q.history[len(q.history)-2]
		}
	} else {
		refused = expected.do(op)
	}
	if strategy, ok := strings.CutPrefix(op, "apply "); ok {
		q.configure(sequenced(strings.Fields(strategy)[0]))
	}
	q.proxy.Reset()
	code, out, errs := stowage(q.test, q.command(op)...)
	if refused {
		if writes := q.proxy.Writes(); code != exitError || len(writes) > 0 {
			return fmt.Errorf("exit code %d and %d writes, though it is to be refused\n%s%s", code, len(writes), out, errs)
		}
		return nil
	}
	if code != exitOK {
		return fmt.Errorf("exit code %d\n%s%s", code, out, errs)
	}
	if err := q.compare(op, expected); err != nil {
		return fmt.Errorf("%w\n%s%s", err, out, errs)
	}
	return nil
}

// command returns the arguments of a command.
func (q *sequence) command(op string) []string {
	verb, rest, _ := strings.Cut(op, " ")
	switch verb {
	case "apply":
		return q.applies(strings.Fields(rest)[1])
	case "rollback":
		return rollingBack(q.switchLane)
	case "switch":
		return q.switches()
	}
	return q.switches("--" + verb)
}

// compare expects the app to be as the model says, in order, and with nothing to do.
func (q *sequence) compare(op string, expected switchModel) error {
	objects, err := q.look()
	if err != nil {
		return err
	}
	app := sequenced(expected.strategy)
	now, err := stanceOf(app, objects)
	if err != nil {
		return err
	}
	if op == "rollback" && expected.active.version == now.version() {
		expected.follow(now)
	}
	if newest, _ := newestRevision(q.test, q.cluster, q.namespace); newest > len(q.history) {
		q.history = append(q.history, expected)
	}
	q.model = expected
	err = errors.Join(expected.differs(now), now.isWhole(app), q.isRecorded(objects), q.check(objects))
	if err != nil {
		return err
	}
	q.configure(app)
	code, out, errs := stowage(q.test, q.reads("plan", expected.config, "--detailed-exitcode")...)
	if (code == exitOK) == expected.unwanted() {
		return fmt.Errorf("a plan of %s %s has exit code %d: %s\n%s%s", expected.strategy, expected.config, code, now, out, errs)
	}
	return nil
}
