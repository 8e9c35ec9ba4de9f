package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

// defaultLockTimeout is how long a run waits for another one on the same release.
const defaultLockTimeout = 5 * time.Minute

// executeFlags say how a plan is carried out.
type executeFlags struct {
	autoApprove bool
	timeout     time.Duration
	lockTimeout time.Duration
	wait        bool
	parallelism int
	onFailure   policyFlag
}

// register adds the flags to a command, with the policies that make sense for it.
func (f *executeFlags) register(cmd *cobra.Command, policies ...applier.Policy) {
	f.registerRun(cmd)
	cmd.Flags().IntVar(&f.parallelism, "parallelism", applier.DefaultParallelism, "how many objects are written at the same time")
	f.onFailure.register(cmd, policies...)
}

// registerRun adds those of them that each command has a use for. The others are
// at their defaults.
func (f *executeFlags) registerRun(cmd *cobra.Command) {
	f.wait, f.parallelism = true, applier.DefaultParallelism
	cmd.Flags().BoolVar(&f.autoApprove, "auto-approve", false, "go ahead without asking")
	cmd.Flags().DurationVar(&f.timeout, "timeout", applier.DefaultTimeout, "how long to wait for one object")
	cmd.Flags().DurationVar(&f.lockTimeout, "lock-timeout", defaultLockTimeout, "how long to wait while somebody else works on the release")
}

// registerWait adds the flag of them that destroy has no use for.
func (f *executeFlags) registerWait(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.wait, "wait", true, "wait until everything is ready")
}

func (f *executeFlags) check() error {
	switch {
	case f.parallelism < 1:
		return usage("", "--parallelism is %d, and must be 1 at least", f.parallelism)
	case f.timeout <= 0:
		return usage("", "--timeout is %s, and must be more than 0", f.timeout)
	case f.lockTimeout < 0:
		return usage("0 does not wait at all", "--lock-timeout is %s, and must not be negative", f.lockTimeout)
	}
	return nil
}

// approval returns how to get a yes, or an error when there is no way to.
func (f *executeFlags) approval(s *streams, o output) (approval, error) {
	if err := f.check(); err != nil {
		return approval{}, err
	}
	return approvalOf(s, o, f.autoApprove)
}

// options returns how a command applies a plan to the session's release.
func (f *executeFlags) options(s *session, command string) applier.Options {
	holder := holderOf(s.streams, command)
	return applier.Options{
		Parallelism: f.parallelism,
		Timeout:     f.timeout,
		NoWait:      !f.wait,
		OnFailure:   f.onFailure.of(s.release),
		Lock:        release.LockOptions{Holder: holder, Timeout: f.lockTimeout, Dead: isDead},

		Who:            holder.Who,
		Pipeline:       holder.Pipeline,
		StowageVersion: versionOf().Version,
	}
}

// proposal is a plan to be approved, and what applying it takes.
type proposal struct {
	view.Planned
	prior *release.Record // the newest revision as the plan was made from it
	// results are the configuration's outputs, for the record; nil: those recorded stay.
	results []release.Output
	keyed   bool   // the release has a key, be it without a revision
	newKey  []byte // made for this plan; nil: the release has one
	source  func(context.Context) source
	sources view.Sources // that the plan is from; nil: none
}

// execution carries out a plan and shows how that goes.
type execution struct {
	streams  *streams
	session  *session
	approval approval
	question question
	options  applier.Options
	lines    *view.JSONLines // nil: it is shown to people
	saved    bool            // the plan was saved: no other one is made
	propose  func(context.Context) (*proposal, error)
}

// execution prepares to carry out what a command plans; its question and how to
// propose are the command's own.
func (f *executeFlags) execution(ctx context.Context, s *streams, i *identity, o output, command string) (*execution, error) {
	approval, err := f.approval(s, o)
	if err != nil {
		return nil, err
	}
	session, err := i.open(ctx, s)
	if err != nil {
		return nil, err
	}
	return &execution{
		streams: s, session: session, approval: approval, options: f.options(session, command), lines: o.jsonLines(),
	}, nil
}

// run shows the plan, gets an approval when anything is written, and applies it.
// When somebody else has come between, all of that is done again.
func (x *execution) run(ctx context.Context) error {
	once, restart := x.show, func(why string) error { return view.Again(x.streams.out, why) }
	if x.lines != nil {
		once, restart = x.showJSON, x.lines.Again
	}
	for {
		proposal, err := x.propose(ctx)
		if err != nil {
			return err
		}
		err = once(ctx, proposal)
		if x.saved {
			return outrun(err)
		}
		var stale *applier.StaleError
		if !errors.As(err, &stale) {
			return err
		}
		if err := restart(stale.Error()); err != nil {
			return err
		}
	}
}

// show carries out one proposal for people.
func (x *execution) show(ctx context.Context, p *proposal) error {
	if err := view.Plan(x.streams.out, p.Planned); err != nil {
		return err
	}
	x.streams.github.warn(p.Planned, p.sources)
	if p.nothingToDo() {
		if err := x.unlatch(ctx); err != nil {
			return err
		}
		x.streams.github.report(func(w io.Writer) error { return view.DoneReport(w, p.Planned) })
		return x.showRest(p)
	}
	if err := x.preflight(ctx, p.Plan); err != nil {
		return err
	}
	approve := func() error { return view.Gap(x.streams.out) } // nothing but a wait and the record is at stake
	if !p.Empty() || p.Release.Destroy {
		approve = func() error { return x.approval.ask(ctx, x.question) }
	}
	if err := approve(); err != nil {
		return err
	}
	return x.carryOut(ctx, p)
}

// showRest shows what a plan with nothing to do leaves to be known.
func (x *execution) showRest(p *proposal) error {
	if err := view.Waiting(x.streams.out, p.Planned, view.Applied); err != nil {
		return err
	}
	return view.Outputs(x.streams.out, p.Outputs)
}

// carryOut applies a proposal, and shows how that goes and ends.
func (x *execution) carryOut(ctx context.Context, p *proposal) error {
	progress := view.NewProgress(x.streams.out, p.Plan)
	told := context.AfterFunc(ctx, func() {
		progress.Note("Interrupted: writes under way go on to their end, and nothing new is begun. A second interrupt exits at once.")
	})
	result, err := x.apply(ctx, p, progress.Event)
	told()
	shown := progress.Close()
	if err := view.Warnings(x.streams.err, x.session.notices.take()); err != nil {
		return err
	}
	switch {
	case nothingDone(err) != nil:
		return nothingDone(err)
	case err != nil:
		if err := view.Failure(x.streams.err, p.Plan, result, err); err != nil {
			return err
		}
		return &runError{error: err, plan: p.Plan, result: result, sources: p.sources, shown: true}
	case shown != nil:
		return shown
	}
	if err := view.Outcome(x.streams.out, p.Planned, result, x.stage()); err != nil {
		return err
	}
	return view.Outputs(x.streams.out, p.Outputs)
}

// stage tells how far a run that went well has got.
func (x *execution) stage() view.Stage {
	if x.options.NoWait {
		return view.AppliedOnly
	}
	return view.Applied
}

// showJSON does the same for programs, which cannot be asked.
func (x *execution) showJSON(ctx context.Context, p *proposal) error {
	x.lines.Plan(p.Planned)
	x.streams.github.warn(p.Planned, p.sources)
	if p.nothingToDo() {
		if err := x.unlatch(ctx); err != nil {
			return err
		}
		x.streams.github.report(func(w io.Writer) error { return view.DoneReport(w, p.Planned) })
	} else {
		if err := x.preflight(ctx, p.Plan); err != nil {
			return err
		}
		result, err := x.apply(ctx, p, x.lines.Event)
		x.lines.Diagnostics(view.WarningFindings(x.session.notices.take(), nil))
		if nothing := nothingDone(err); nothing != nil {
			return nothing
		}
		x.lines.Result(result)
		if err != nil {
			return &runError{error: err, plan: p.Plan, result: result, sources: p.sources}
		}
	}
	x.lines.Outputs(p.Outputs)
	return x.lines.Err()
}

func (x *execution) apply(ctx context.Context, p *proposal, tell func(applier.Event)) (*applier.Result, error) {
	options := x.options
	options.Prior, options.NewKey, options.OnEvent, options.Outputs = p.prior, p.newKey, tell, p.results
	from := p.source(ctx)
	options.ConfigDir, options.Env, options.Commit, options.Dirty = from.dir, from.env, from.commit, from.dirty
	result, err := applier.Run(ctx, x.session.client, x.session.store, p.Plan, options)
	if nothingDone(err) == nil {
		x.streams.github.report(func(w io.Writer) error { return view.RunReport(w, p.Planned, result, err, x.stage()) })
	}
	return result, err
}

// unlatch removes the lock that a killed run has left, though nobody wants it now.
// Whoever may not see locks leaves them alone.
func (x *execution) unlatch(ctx context.Context) error {
	err := x.session.store.Unlatch(ctx, isDead)
	if apierrors.IsForbidden(err) {
		return nil
	}
	return err
}

// nothingDone returns the error of a run that did not get the lock, or whose plan
// was out of date by then, and nil for all others: there is nothing to show of
// such a run.
func nothingDone(err error) error {
	var locked *release.LockedError
	var stale *applier.StaleError
	switch {
	case errors.As(err, &locked):
		return locked
	case errors.As(err, &stale):
		return stale
	}
	return nil
}

// nothingToDo reports whether there is nothing to write, to wait for, or to put
// right in the record.
func (p *proposal) nothingToDo() bool {
	if !p.Empty() || p.recordIsWrong() {
		return false
	}
	for i := range p.Changes {
		if health := p.Changes[i].Health; health != nil && health.Condition != planner.Current {
			return false
		}
	}
	return true
}

// recordIsWrong reports whether the record says of a plan that has nothing to
// write what is not so: that the release failed or its run did not end, what
// cannot be read, or, when it is to be destroyed, that it is there at all.
func (p *proposal) recordIsWrong() bool {
	switch {
	case p.Release.Destroy:
		return p.prior != nil || p.keyed
	case p.Release.Switch != "" && (p.prior == nil || p.prior.Switch == ""): // it finds out nothing about what that did
		return false
	case len(p.Release.Targets) > 0: // nothing is found out about the rest
		return false
	case p.Release.RollbackTo == 0 && applier.OutputsDiffer(p.prior, p.results):
		return true
	}
	return p.prior != nil &&
		(p.prior.Status == release.Pending || p.prior.Status == release.Failed || len(p.prior.Damaged) > 0)
}
