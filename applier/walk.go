package applier

import (
	"cmp"
	"context"
	"slices"

	"stowage/planner"
)

// task is one node of the graph that a walk goes through.
type task struct {
	title string
	needs []need
	// app is what the task is a part of, and writes says that it does more than
	// wait. An app of which something was written is finished also when the
	// others stop.
	app    string
	writes bool
	// run does the work. It calls applied as soon as the API server has what it
	// wrote, and returns when the object is ready, or gone.
	run func(ctx context.Context, applied func()) error
}

// need is an edge: the task that on is the index of must pass the gate first.
type need struct {
	on   int
	gate planner.Gate
}

// phase is how far a task got.
type phase int

const (
	waiting phase = iota // for its needs
	started
	applied // taken by the API server, not ready yet
	ended   // ready, or gone
	failed
	skipped
)

// walk runs tasks, each when its needs have passed. Of those that could start,
// the first in order does. At most parallel of them write at the same time; any
// number of them wait to become ready.
type walk struct {
	tasks    []task
	parallel int
	policy   Policy
	skip     func(i int, why string) // told of every task that will never run

	phases     []phase
	missing    []int   // of each task, the number of needs that have not passed
	dependents [][]int // of each task, those that need it, once for each need
	startable  []int   // sorted
	writing    int
	running    int
	reports    chan report
	begun      map[string]bool // apps of which a task that writes was started
	failure    string          // why tasks are not begun any more; empty: none failed
}

// report is what a running task tells the walk.
type report struct {
	task  int
	phase phase
	err   error // of a failed one
}

func newWalk(tasks []task, parallel int, policy Policy, skip func(i int, why string)) *walk {
	w := &walk{
		tasks: tasks, parallel: parallel, policy: policy, skip: skip,
		phases:     make([]phase, len(tasks)),
		missing:    make([]int, len(tasks)),
		dependents: make([][]int, len(tasks)),
		reports:    make(chan report),
		begun:      map[string]bool{},
	}
	for i, t := range tasks {
		w.missing[i] = len(t.needs)
		for _, n := range t.needs {
			w.dependents[n.on] = append(w.dependents[n.on], i)
		}
		if w.missing[i] == 0 {
			w.startable = append(w.startable, i)
		}
	}
	return w
}

// run returns when no task runs and none can be started. After the context has
// ended none is started; those that run are waited for, and end by themselves.
func (w *walk) run(ctx context.Context) {
	ctx, abandon := context.WithCancelCause(ctx)
	defer abandon(nil)
	for {
		for ctx.Err() == nil && len(w.startable) > 0 && w.writing < w.parallel {
			i := w.startable[0]
			w.startable = w.startable[1:]
			if w.barred(i) {
				w.passOver(i, w.failure)
				continue
			}
			w.start(ctx, i)
		}
		if w.running == 0 {
			break
		}
		w.heed(<-w.reports)
		if w.failure != "" && w.policy == RollBack {
			abandon(ErrAbandoned)
		}
	}
	for i := range w.tasks {
		if w.phases[i] == waiting {
			w.passOver(i, cmp.Or(w.failure, stopped(ctx).Error()))
		}
	}
}

// barred reports whether a task is not begun, because another one failed: those
// of an app that was begun are.
func (w *walk) barred(i int) bool {
	t := &w.tasks[i]
	return w.failure != "" && w.policy == Stop && t.writes && !w.begun[t.app]
}

// passOver leaves out a task and what needs it.
func (w *walk) passOver(i int, why string) {
	w.phases[i] = skipped
	w.skip(i, why)
	w.fail(i, why)
}

func (w *walk) start(ctx context.Context, i int) {
	w.phases[i] = started
	w.running++
	w.writing++
	if t := &w.tasks[i]; t.writes {
		w.begun[t.app] = true
	}
	go func() {
		err := w.tasks[i].run(ctx, func() { w.reports <- report{task: i, phase: applied} })
		if err != nil {
			w.reports <- report{i, failed, err}
			return
		}
		w.reports <- report{task: i, phase: ended}
	}()
}

// heed takes a report into account.
func (w *walk) heed(r report) {
	before := w.phases[r.task]
	w.phases[r.task] = r.phase
	if before == started {
		w.writing--
	}
	if r.phase != applied {
		w.running--
	}
	switch {
	case isStop(r.err):
		w.fail(r.task, stopCause(r.err).Error())
	case r.err != nil:
		why := w.tasks[r.task].title + " failed"
		w.failure = cmp.Or(w.failure, why)
		w.fail(r.task, why)
	default:
		w.open(r.task, before)
	}
}

// open opens the gates that a task has passed since the phase before, and lines
// up those that waited for nothing else.
func (w *walk) open(i int, before phase) {
	for _, d := range unique(w.dependents[i]) {
		for _, n := range w.tasks[d].needs {
			if n.on == i && !passes(before, n.gate) && passes(w.phases[i], n.gate) {
				w.missing[d]--
			}
		}
		if w.missing[d] == 0 && w.phases[d] == waiting {
			if at, found := slices.BinarySearch(w.startable, d); !found {
				w.startable = slices.Insert(w.startable, at, d)
			}
		}
	}
}

// passes reports whether a task in the phase has passed the gate.
func passes(p phase, g planner.Gate) bool {
	return p == ended || p == applied && g == planner.Applied
}

// fail skips what waits for a task that will not pass any more gate, and what
// waits for that in turn.
func (w *walk) fail(i int, why string) {
	for _, d := range unique(w.dependents[i]) {
		if w.phases[d] != waiting || w.missing[d] == 0 {
			continue // it runs, or can: it needed no more than what has passed
		}
		w.passOver(d, why)
	}
}

// unique drops repetitions from a sorted list.
func unique(sorted []int) []int { return slices.Compact(slices.Clone(sorted)) }
