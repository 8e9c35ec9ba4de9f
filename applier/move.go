package applier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// settling is how long the endpoints of a version that is there already may take to
// show it: its pods and its EndpointSlices are seen one after the other.
const settling = 2 * time.Second

// moving is a step of several changes, each of which moves the traffic of one app, or
// its work: either all of them are made or none is.
type moving struct {
	run     *run
	changes []int // indexes; those of Services first, which are taken back without a pod less
	ends    *endpoints
	errs    map[int]error // of the changes that cannot be made, or are taken back
	done    []*moved      // the writes so far
}

// joinMoves has the changes of a plan that move traffic made by tasks of their own: all
// by one in a switch, and each by one where apps do not depend on each other.
func (r *run) joinMoves(tasks []task) []task {
	var all []int
	for i := range r.plan.Changes {
		if c := &r.plan.Changes[i]; c.Move != nil && c.Action == planner.Update {
			all = append(all, i)
		}
	}
	if len(all) == 0 {
		return tasks
	}
	slices.SortStableFunc(all, func(a, b int) int { return rank(&r.plan.Changes[a]) - rank(&r.plan.Changes[b]) })
	if r.plan.Release.Switch != "" {
		return r.joinMove(tasks, all)
	}
	for _, i := range all {
		tasks = r.joinMove(tasks, []int{i})
	}
	return tasks
}

func rank(c *planner.Change) int {
	if c.Role == planner.RoleService {
		return 0
	}
	return 1
}

// joinMove adds the task that makes the changes, when all that any of them needs is
// there. Their own tasks only pass on that it is done.
func (r *run) joinMove(tasks []task, changes []int) []task {
	joint := task{title: "moving traffic", writes: true}
	if len(changes) == 1 {
		joint.title, joint.app = tasks[changes[0]].title, tasks[changes[0]].app
	}
	joint.run = (&moving{run: r, changes: changes, errs: map[int]error{}}).all
	for _, i := range changes {
		for _, n := range tasks[i].needs {
			if !slices.Contains(changes, n.on) && !slices.Contains(joint.needs, n) {
				joint.needs = append(joint.needs, n)
			}
		}
		tasks[i].needs = []need{{len(tasks), planner.Ready}}
		tasks[i].run = func(context.Context, func()) error { return nil }
	}
	return append(tasks, joint)
}

// all moves the apps and waits until their endpoints have followed.
func (m *moving) all(ctx context.Context, applied func()) error {
	began := time.Now()
	for _, i := range m.changes {
		m.run.events.send(eventOf(StepStarted, &m.run.plan.Changes[i]))
	}
	if err := m.move(ctx); err != nil {
		return m.refuse(began, err)
	}
	applied()
	var following sync.WaitGroup
	errs := make([]error, len(m.changes))
	for n, i := range m.changes {
		following.Go(func() { errs[n] = m.run.conclude(i, began, m.followed(ctx, m.done[n])) })
	}
	following.Wait()
	return errors.Join(errs...)
}

// move makes all writes, or leaves all as it was. What ends the run is heard before the
// first of them.
func (m *moving) move(ctx context.Context) error {
	r := m.run
	var apps []string
	for _, i := range m.changes {
		apps = append(apps, r.plan.Changes[i].Move.App)
	}
	var err error
	if m.ends, err = r.endpoints(ctx, r.plan.Changes[m.changes[0]].ID.Namespace, apps...); err != nil {
		return m.fail(m.changes[0], err)
	}
	if err := m.check(ctx); err != nil {
		return err
	}
	return m.write(ctx)
}

// fail notes why a change is not made. It returns the error.
func (m *moving) fail(i int, err error) error {
	m.errs[i] = err
	return err
}

// refuse tells of each change why it was not made.
func (m *moving) refuse(began time.Time, err error) error {
	if isStop(err) {
		return err
	}
	why := ""
	for _, i := range m.changes {
		if failed := m.errs[i]; failed != nil {
			err = m.run.conclude(i, began, failed)
			why = m.run.plan.Changes[i].ID.String() + " failed"
		}
	}
	for _, i := range m.changes {
		if m.errs[i] == nil {
			m.run.skipped(i, why)
		}
	}
	return err
}

// check makes sure of all apps that their traffic is where the plan saw it, and that
// what gets it is there.
func (m *moving) check(ctx context.Context) error {
	if err := m.checkFrom(ctx); err != nil {
		return err
	}
	limit := settling
	for _, i := range m.changes {
		if m.run.writesTo(m.run.plan.Changes[i].Move.To.Workload) {
			limit = endpointsTimeout // the pods are ready, and are about to be seen
		}
	}
	there, err := m.ends.await(ctx, limit, func() bool { return len(m.short()) == 0 })
	if there || err != nil {
		return err
	}
	short := m.short()
	for _, i := range m.changes {
		if err := short[i]; err != nil {
			_ = m.fail(i, err)
		}
	}
	if len(m.errs) > 0 {
		return errNotThere
	}
	return nil
}

// checkFrom looks at the Services once more: a write that is refused later would have been
// one too many for the previews.
func (m *moving) checkFrom(ctx context.Context) error {
	first := &m.run.plan.Changes[m.changes[0]]
	if first.Role != planner.RoleService {
		return nil
	}
	services, err := m.run.cluster.List(ctx, first.Object.GroupVersionKind(), first.ID.Namespace, m.run.watches.ours)
	switch {
	case ctx.Err() != nil:
		return stopped(ctx)
	case err != nil:
		return m.fail(m.changes[0], m.run.refusal(err))
	}
	for _, i := range m.changes {
		c := &m.run.plan.Changes[i]
		for _, live := range services {
			if planner.IDOf(live) != c.ID {
				continue
			}
			if live.GetUID() != c.Live.UID {
				return m.fail(i, &ChangedError{What: "was deleted and made anew"})
			}
			if err := unmoved(c, live); err != nil {
				return m.fail(i, err)
			}
		}
	}
	return nil
}

var errNotThere = errors.New("what is to get the traffic is not there")

// short returns the changes whose new version is not fully there.
func (m *moving) short() map[int]error {
	short := map[int]error{}
	for _, i := range m.changes {
		move := m.run.plan.Changes[i].Move
		ready := int64(0)
		if move.Ready != nil {
			ready = readyOf(m.ends.of(move.App, move.Ready.Name), move.To)
		} else {
			ready = readyOf(m.ends.readyPods(move.App, move.To.Workload), move.To)
		}
		if ready < move.Pods {
			short[i] = &planner.NotThereError{App: move.App, Side: move.To, Ready: ready, Wanted: move.Pods}
		}
	}
	return short
}

// writesTo reports whether the plan changes an object.
func (r *run) writesTo(id planner.ObjectID) bool {
	return slices.ContainsFunc(r.plan.Changes, func(c planner.Change) bool {
		return c.ID == id && c.Action != planner.NoOp
	})
}

// moved is a change that was made.
type moved struct {
	index  int
	object *unstructured.Unstructured // as the server has it now
	at     time.Time
}

// followed waits until traffic has followed the write. A worker's work has moved when
// the old pods are gone.
func (m *moving) followed(ctx context.Context, done *moved) error {
	r, c := m.run, &m.run.plan.Changes[done.index]
	var err error
	if c.Role == planner.RoleService {
		err = r.followed(ctx, m.ends, c)
	} else {
		err = r.ready(ctx, c, done.object)
	}
	told := &Moved{Move: *c.Move, At: done.at}
	if err == nil {
		told.Followed = time.Since(done.at)
	}
	r.steps[done.index].Moved = told
	return err
}

// redirects reports whether a Service comes to lead to other pods: only when it does, those
// before are not needed any more.
func redirects(c *planner.Change) bool {
	return c.Role == planner.RoleService && (c.Move != nil || slices.ContainsFunc(c.Diff, func(d planner.FieldDiff) bool {
		return strings.HasPrefix(d.Path, "spec.selector")
	}))
}

// arrives waits until a Service leads to what it selects since a change of it.
func (r *run) arrives(ctx context.Context, c *planner.Change) error {
	ends, err := r.endpoints(ctx, c.ID.Namespace, appOf(c.Object))
	if err != nil {
		return err
	}
	return r.followed(ctx, ends, c)
}

// followed waits until a Service leads to nothing that its selector does not match, and
// to the side that its traffic moves to.
func (r *run) followed(ctx context.Context, ends *endpoints, c *planner.Change) error {
	app, selector := appOf(c.Object), selectorOf(c.Object)
	limit := min(endpointsTimeout, r.timeout(c))
	there, err := ends.await(ctx, limit, func() bool {
		all := ends.of(app, c.ID.Name)
		return len(strays(all, selector)) == 0 && (c.Move == nil || readyOf(all, c.Move.To) >= min(c.Move.Pods, 1))
	})
	switch {
	case isStop(err):
		return err
	case err != nil:
		return fmt.Errorf("it was written, but where it leads cannot be watched: %w", r.refusal(err))
	case !there:
		return &NotFollowedError{TimedOut: limit, Left: strays(ends.of(app, c.ID.Name), selector)}
	}
	return nil
}
