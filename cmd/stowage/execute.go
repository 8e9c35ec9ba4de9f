package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"time"

	"github.com/spf13/cobra"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

// executeFlags say how a plan is carried out.
type executeFlags struct {
	autoApprove bool
	timeout     time.Duration
	wait        bool
	parallelism int
}

func (f *executeFlags) register(cmd *cobra.Command) {
	f.wait = true
	cmd.Flags().BoolVar(&f.autoApprove, "auto-approve", false, "go ahead without asking")
	cmd.Flags().DurationVar(&f.timeout, "timeout", applier.DefaultTimeout, "how long to wait for one object")
	cmd.Flags().IntVar(&f.parallelism, "parallelism", applier.DefaultParallelism, "how many objects are written at the same time")
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
	}
	return nil
}

// approval returns how to get a yes, or an error when there is no way to.
func (f *executeFlags) approval(s *streams, o output) (approval, error) {
	if err := f.check(); err != nil {
		return approval{}, err
	}
	if o.is("json") && !f.autoApprove {
		return approval{}, usage("", "-o json needs --auto-approve: a program cannot be asked")
	}
	a := approval{streams: s, auto: f.autoApprove}
	return a, a.possible()
}

func (f *executeFlags) options(dir string) applier.Options {
	return applier.Options{
		Parallelism: f.parallelism,
		Timeout:     f.timeout,
		NoWait:      !f.wait,
		ConfigDir:   dir,
	}
}

// execution carries out a plan and shows how that goes.
type execution struct {
	streams *streams
	session *session
	plan    *planner.Plan
	outputs []view.Output // shown when all went well
	options applier.Options
	json    bool
}

// run shows the plan, gets an approval when anything is written, and applies it.
func (x *execution) run(ctx context.Context, approval approval, question string) error {
	if x.json {
		return x.runJSON(ctx)
	}
	if err := view.Plan(x.streams.out, view.Planned{Plan: x.plan, Target: x.session.target}); err != nil {
		return err
	}
	if x.nothingToDo() {
		return view.Outputs(x.streams.out, x.outputs)
	}
	if !x.plan.Empty() || x.plan.Release.Destroy {
		if err := approval.ask(ctx, question); err != nil {
			return err
		}
	}
	if err := view.Gap(x.streams.out); err != nil {
		return err
	}
	progress := view.NewProgress(x.streams.out, x.plan)
	x.options.OnEvent = progress.Event
	told := context.AfterFunc(ctx, func() {
		progress.Note("Interrupted: writes under way go on to their end, and nothing new is begun. A second interrupt exits at once.")
	})
	result, err := x.apply(ctx)
	told()
	shown := progress.Close()
	if err := view.Warnings(x.streams.err, x.session.notices.take()); err != nil {
		return err
	}
	if err != nil {
		if err := view.Failure(x.streams.err, x.plan, result, err); err != nil {
			return err
		}
		return errShown
	}
	if shown != nil {
		return shown
	}
	if err := view.Outcome(x.streams.out, x.plan, result); err != nil {
		return err
	}
	return view.Outputs(x.streams.out, x.outputs)
}

// runJSON does the same for programs, which cannot be asked.
func (x *execution) runJSON(ctx context.Context) error {
	lines := view.NewJSONLines(x.streams.out.Out)
	lines.Plan(view.Planned{Plan: x.plan, Target: x.session.target, Outputs: x.outputs})
	if !x.nothingToDo() {
		x.options.OnEvent = lines.Event
		if _, err := x.apply(ctx); err != nil {
			return err
		}
	}
	lines.Outputs(x.outputs)
	return lines.Err()
}

// nothingToDo reports whether there is nothing to write, to wait for, or to put
// right in the record.
func (x *execution) nothingToDo() bool {
	if !x.plan.Empty() || x.recordIsWrong() {
		return false
	}
	for i := range x.plan.Changes {
		if health := x.plan.Changes[i].Health; health != nil && health.Condition != planner.Current {
			return false
		}
	}
	return true
}

// recordIsWrong reports whether the record says of a plan that has nothing to
// write what is no longer so: that the release failed or its run did not end,
// or, when it is to be destroyed, that it is there at all.
func (x *execution) recordIsWrong() bool {
	prior := x.options.Prior
	return prior != nil &&
		(x.plan.Release.Destroy || prior.Status == release.Pending || prior.Status == release.Failed)
}

func (x *execution) apply(ctx context.Context) (*applier.Result, error) {
	x.options.Who = who()
	x.options.Commit = commitOf(ctx, x.options.ConfigDir)
	x.options.StowageVersion = versionOf().Version
	return applier.Run(ctx, x.session.client, x.session.store, x.plan, x.options)
}

// who returns who is running this, as user@host.
func who() string {
	name := "unknown"
	if current, err := user.Current(); err == nil {
		name = current.Username
	}
	host, err := os.Hostname()
	if err != nil {
		return name
	}
	return fmt.Sprintf("%s@%s", name, host)
}
