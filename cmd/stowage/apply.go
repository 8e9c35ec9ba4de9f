package main

import (
	"context"

	"github.com/spf13/cobra"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/release"
)

type applyOptions struct {
	streams     *streams
	identity    identity
	permissions permissionFlags
	target      targetFlags
	execute     executeFlags
	output      output
}

func newApply(s *streams) *cobra.Command {
	o := applyOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "apply [DIR | FILE]",
		Short: "Make the cluster what the configuration says",
		Long: `Make the cluster what the configuration says.

The plan is shown first, and applied when the answer is yes: each object when
what it needs is ready, independent ones side by side. A second run has nothing
to do. A run that was killed is repaired by running apply again.

When a change fails, what needs it is skipped, nothing is deleted, and why is
shown last. --on-failure says what else is done: stop finishes the apps that
were begun, rollback goes back to the last healthy revision, and continue goes
on with all that does not need the failed change.

Two runs do not work on a release at the same time: the second one waits.

A FILE that plan --out has saved is carried out exactly, without a question. When
anything that it was made from has changed since, nothing is written, and all of
that is named; only status, and what the configuration leaves to others, does not
count. It holds no values of Secrets: those to be written are taken from the
configuration, and have to be the ones that were planned.

Exit codes: 0 done, or nothing to do; 1 an error; 3 a change failed, and the
release went back; 4 a change failed, and so did going back; 5 somebody else
works on the release; 6 the saved plan is stale, has expired, or is for another
cluster; 130 interrupted.`,
		Args: atMostOneDir,
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := savedPlanIn(args)
			switch {
			case err != nil:
				return err
			case file != "":
				if err := o.checkSaved(cmd); err != nil {
					return err
				}
				return o.runSaved(cmd.Context(), file)
			}
			if err := o.identity.set(args); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	o.identity.register(cmd)
	o.permissions.register(cmd)
	o.target.register(cmd, s, &o.identity)
	o.execute.register(cmd, applier.Stop, applier.RollBack, applier.Continue)
	o.execute.registerWait(cmd)
	o.output.registerLines(cmd, s)
	return cmd
}

func (o *applyOptions) run(ctx context.Context) error {
	x, err := o.execute.execution(ctx, o.streams, &o.identity, o.output, "apply")
	if err != nil {
		return err
	}
	x.options.ForceConflicts = o.permissions.forceConflicts
	x.question = yesTo("Apply this to %s?", x.session.target)
	x.propose = func(ctx context.Context) (*proposal, error) { return o.propose(ctx, x.session) }
	return x.run(ctx)
}

// propose plans what makes the cluster as the configuration says.
func (o *applyOptions) propose(ctx context.Context, session *session) (*proposal, error) {
	recorded, err := session.recorded(ctx)
	if err != nil {
		return nil, err
	}
	p := &proposal{prior: recorded.record, source: o.identity.source, sources: session.configuration.sources()}
	if recorded.key == nil {
		// The release's first: its Secrets get their final names now, and the key
		// is kept with what it was used for.
		recorded.key = release.NewKey()
		p.newKey = recorded.key
	}
	plan, outputs, err := session.plan(ctx, recorded, o.target.addresses, o.permissions.options())
	p.Planned = view.Planned{Plan: plan, Target: session.target, Outputs: outputs, Pending: recorded.pending, Where: o.identity.flags()}
	if err == nil && len(o.target.addresses) == 0 {
		p.results, err = recordable(outputs)
	}
	return p, err
}
