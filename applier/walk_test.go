package applier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"stowage/planner"
)

// script is a walk over tasks named by letters, whose ends the test decides.
type script struct {
	mu     sync.Mutex
	log    []string // "start a", "applied a", "end a", "fail a", "skip c: b failed"
	names  []string
	active int
	most   int // tasks that were writing at the same time
}

func (s *script) say(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, fmt.Sprintf(format, args...))
}

func (s *script) has(line string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.log, line)
}

// before fails the test unless both lines are there, in this order.
func (s *script) before(t *testing.T, first, second string) {
	t.Helper()
	i, j := slices.Index(s.log, first), slices.Index(s.log, second)
	if i < 0 || j < 0 || i > j {
		t.Errorf("want %q before %q in:\n%s", first, second, strings.Join(s.log, "\n"))
	}
}

// task returns a task that does what behave says: nil is to be applied and to
// end at once.
func (s *script) task(name string, behave func(ctx context.Context, applied func()) error, needs ...need) task {
	s.names = append(s.names, name)
	return task{title: name, needs: needs, run: func(ctx context.Context, applied func()) error {
		s.say("start %s", name)
		s.mu.Lock()
		s.active++
		s.most = max(s.most, s.active)
		s.mu.Unlock()
		left := sync.OnceFunc(func() {
			s.mu.Lock()
			s.active--
			s.mu.Unlock()
		})
		err := error(nil)
		if behave != nil {
			err = behave(ctx, func() { left(); s.say("applied %s", name); applied() })
		}
		left()
		if err != nil {
			s.say("fail %s", name)
		} else {
			s.say("end %s", name)
		}
		return err
	}}
}

func (s *script) walk(ctx context.Context, parallel int, tasks ...task) {
	s.walkBy(ctx, Continue, parallel, tasks...)
}

func (s *script) walkBy(ctx context.Context, policy Policy, parallel int, tasks ...task) {
	newWalk(tasks, parallel, policy, func(i int, why string) { s.say("skip %s: %s", s.names[i], why) }).run(ctx)
}

func fails(context.Context, func()) error { return errors.New("refused") }

func TestS8DependentsOfAFailureAreSkippedAndTheRestIsDone(t *testing.T) {
	s := &script{}
	s.walk(t.Context(), 16,
		s.task("a", nil),
		s.task("b", fails, need{0, planner.Ready}),
		s.task("c", nil, need{1, planner.Applied}),
		s.task("d", nil),
		s.task("e", nil, need{2, planner.Ready}, need{3, planner.Ready}),
	)
	s.before(t, "end a", "start b")
	for _, line := range []string{"skip c: b failed", "skip e: b failed", "end d"} {
		if !s.has(line) {
			t.Errorf("want %q in:\n%s", line, strings.Join(s.log, "\n"))
		}
	}
	for _, line := range []string{"start c", "start e"} {
		if s.has(line) {
			t.Errorf("%q, though b failed", line)
		}
	}
}

// of makes a task a write of an app.
func of(app string, t task) task {
	t.app, t.writes = app, true
	return t
}

func TestS8StopFinishesWhatWasBegunAndBeginsNothingElse(t *testing.T) {
	s := &script{}
	failed := make(chan struct{})
	s.walkBy(t.Context(), Stop, 16,
		of("bad", s.task("bad", func(context.Context, func()) error { close(failed); return errors.New("refused") })),
		of("begun", s.task("workload", func(context.Context, func()) error { <-failed; return nil })),
		of("begun", s.task("service", nil, need{1, planner.Ready})),
		of("other", s.task("other", nil, need{1, planner.Ready})),
		s.task("nothing to write", nil, need{1, planner.Ready}),
		of("bad", s.task("bad service", nil, need{0, planner.Ready})),
		of("last", s.task("last", nil, need{2, planner.Ready}, need{3, planner.Ready})),
	)
	for _, line := range []string{"end service", "end nothing to write", "skip other: bad failed", "skip bad service: bad failed", "skip last: bad failed"} {
		if !s.has(line) {
			t.Errorf("want %q in:\n%s", line, strings.Join(s.log, "\n"))
		}
	}
	if s.has("start other") || s.has("start last") {
		t.Errorf("begun after the failure:\n%s", strings.Join(s.log, "\n"))
	}
}

func TestS14GoingBackBeginsNothingMoreAndEndsTheWaits(t *testing.T) {
	s := &script{}
	waits := make(chan struct{})
	s.walkBy(t.Context(), RollBack, 16,
		of("bad", s.task("bad", func(context.Context, func()) error { <-waits; return errors.New("refused") })),
		of("begun", s.task("workload", func(ctx context.Context, applied func()) error {
			applied()
			close(waits)
			<-ctx.Done()
			return stopped(ctx)
		})),
		of("begun", s.task("service", nil, need{1, planner.Ready})),
		of("begun", s.task("job", nil, need{0, planner.Ready})),
	)
	for _, line := range []string{"fail workload", "skip service: " + ErrAbandoned.Error(), "skip job: bad failed"} {
		if !s.has(line) {
			t.Errorf("want %q in:\n%s", line, strings.Join(s.log, "\n"))
		}
	}
	if s.has("start service") || s.has("start job") {
		t.Errorf("begun after the failure:\n%s", strings.Join(s.log, "\n"))
	}
}

func TestAGateOpensNoSoonerAndNoLater(t *testing.T) {
	s := &script{}
	ready := make(chan struct{})
	s.walk(t.Context(), 16,
		s.task("workload", func(_ context.Context, applied func()) error {
			applied()
			<-ready
			return nil
		}),
		// It ends before the workload is ready, or the walk hangs.
		s.task("early", func(context.Context, func()) error {
			close(ready)
			return nil
		}, need{0, planner.Applied}),
		s.task("late", nil, need{0, planner.Ready}, need{1, planner.Ready}),
	)
	s.before(t, "applied workload", "start early")
	s.before(t, "end workload", "start late")
}

func TestAFailureAfterBeingAppliedSparesWhatNeededNoMore(t *testing.T) {
	s := &script{}
	done := make(chan struct{})
	s.walk(t.Context(), 1, // so that the one that may run is still waiting for its turn
		s.task("workload", func(_ context.Context, applied func()) error {
			applied()
			<-done
			return errors.New("never ready")
		}),
		s.task("busy", func(context.Context, func()) error { close(done); return nil }, need{0, planner.Applied}),
		s.task("headless", nil, need{0, planner.Applied}),
		s.task("consumer", nil, need{0, planner.Ready}),
	)
	if !s.has("end headless") || !s.has("skip consumer: workload failed") || s.has("start consumer") {
		t.Errorf("got:\n%s", strings.Join(s.log, "\n"))
	}
}

func TestTasksStartInOrderAndNoMoreWriteThanAllowed(t *testing.T) {
	s := &script{}
	var tasks []task
	var want []string
	for i := range 40 {
		name := fmt.Sprintf("t%02d", i)
		tasks = append(tasks, s.task(name, nil))
		want = append(want, "start "+name)
	}
	s.walk(t.Context(), 1, tasks...)
	starts := slices.DeleteFunc(slices.Clone(s.log), func(l string) bool { return !strings.HasPrefix(l, "start ") })
	if !slices.Equal(starts, want) {
		t.Errorf("with one at a time they start as %v", starts)
	}

	s = &script{}
	meet := make(chan struct{})
	tasks = nil
	for i := range 12 {
		tasks = append(tasks, s.task(fmt.Sprint(i), func(context.Context, func()) error {
			select { // pairs of tasks meet, so at least two run at the same time
			case meet <- struct{}{}:
			case <-meet:
			}
			return nil
		}))
	}
	s.walk(t.Context(), 3, tasks...)
	if s.most < 2 || s.most > 3 {
		t.Errorf("%d tasks ran at the same time, want 2 or 3", s.most)
	}
}

func TestWaitingTakesNoPlaceFromWriting(t *testing.T) {
	s := &script{}
	const n = 20
	var applied sync.WaitGroup
	applied.Add(n)
	var tasks []task
	for i := range n {
		tasks = append(tasks, s.task(fmt.Sprint(i), func(_ context.Context, tell func()) error {
			tell()
			applied.Done()
			applied.Wait() // for all the others, though only two may write at a time
			return nil
		}))
	}
	s.walk(t.Context(), 2, tasks...)
	if s.most > 2 {
		t.Errorf("%d tasks wrote at the same time", s.most)
	}
}

func TestS23AnInterruptStartsNothingAndLetsWhatRunsEnd(t *testing.T) {
	s := &script{}
	ctx, interrupt := context.WithCancel(t.Context())
	s.walk(ctx, 1,
		s.task("writing", func(context.Context, func()) error { interrupt(); return nil }),
		s.task("next", nil),
		s.task("dependent", nil, need{0, planner.Ready}),
	)
	for _, line := range []string{"end writing", "skip next: interrupted", "skip dependent: interrupted"} {
		if !s.has(line) {
			t.Errorf("want %q in:\n%s", line, strings.Join(s.log, "\n"))
		}
	}

	s = &script{}
	ctx, interrupt = context.WithCancel(t.Context())
	s.walk(ctx, 16,
		s.task("waiting", func(ctx context.Context, applied func()) error {
			applied()
			interrupt()
			<-ctx.Done()
			return ErrInterrupted
		}),
		s.task("dependent", nil, need{0, planner.Ready}),
	)
	if !s.has("skip dependent: interrupted") {
		t.Errorf("got:\n%s", strings.Join(s.log, "\n"))
	}
}
