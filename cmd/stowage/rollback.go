package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

type rollbackOptions struct {
	streams     *streams
	identity    identity
	permissions permissionFlags
	execute     executeFlags
	output      output
	app         string
	revision    int // 0: the last healthy one before the current one
}

func newRollback(s *streams) *cobra.Command {
	o := rollbackOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "rollback [REVISION]",
		Short: "Go back to an earlier revision, all of it as one",
		Long: `Go back to an earlier revision: by default to the last healthy one before the
current one.

The plan is made from what that revision recorded, shown first, and applied when
the answer is yes: configuration, Secrets, workloads and Services together, in
order, and what came later is deleted. It is recorded as a new revision. Neither
the source of the configuration nor the values of its secrets are needed; that
all is there which the revision refers to is checked before the first write.
` + aboutIdentity + `

Exit codes: those of apply; 4 is a rollback that was begun and failed.`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if o.revision, err = revisionArg(cmd, args); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	o.identity.registerName(cmd)
	cmd.ValidArgsFunction = o.identity.completeRevisions(s)
	cmd.Flags().StringVar(&o.app, "app", "", "`name` of the only app that goes back, with what it needs")
	_ = cmd.RegisterFlagCompletionFunc("app", o.identity.completeApps(s))
	o.permissions.register(cmd)
	o.execute.register(cmd, applier.Stop, applier.Continue)
	o.execute.registerWait(cmd)
	o.output.registerLines(cmd, s)
	return cmd
}

func (o *rollbackOptions) run(ctx context.Context) error {
	x, err := o.execute.execution(ctx, o.streams, &o.identity, o.output, "rollback")
	if err != nil {
		return err
	}
	x.options.ForceConflicts = o.permissions.forceConflicts
	x.question = yesTo("Apply this to %s?", x.session.target)
	x.propose = func(ctx context.Context) (*proposal, error) { return o.propose(ctx, x.session) }
	return x.run(ctx)
}

// propose plans the way back.
func (o *rollbackOptions) propose(ctx context.Context, session *session) (*proposal, error) {
	recorded, err := session.recorded(ctx)
	if err != nil {
		return nil, err
	}
	if recorded.record == nil {
		return nil, session.absent()
	}
	to, passedOver, err := o.target(ctx, session, recorded.record)
	if err != nil {
		return nil, err
	}
	recorded.warnings = append(recorded.warnings, passedOver...)
	back, err := o.back(to, recorded.record)
	if err != nil {
		return nil, err
	}
	plan, err := session.planBack(ctx, recorded, back, o.permissions.options())
	p := &proposal{
		Planned: view.Planned{Plan: plan, Target: session.targetOf(to), Pending: recorded.pending, Where: o.identity.flags()},
		prior:   recorded.record,
		source:  func(context.Context) source { return recordedSource(to) },
	}
	if o.app != "" { // what there is then comes from two revisions
		p.source = func(context.Context) source { return source{} }
	} else {
		p.results = append([]release.Output{}, to.Outputs...)
	}
	return p, err
}

func (o *rollbackOptions) back(to, from *release.Record) (*planner.Rollback, error) {
	back := &planner.Rollback{App: o.app}
	var err error
	if back.To, err = applier.RecordingOf(to); err != nil {
		return nil, err
	}
	back.From, err = applier.RecordingOf(from)
	return back, err
}

// target returns the revision to go back to. Warnings tell of healthy ones that
// could not be read.
func (o *rollbackOptions) target(ctx context.Context, session *session, current *release.Record) (*release.Record, []planner.Warning, error) {
	if o.revision > 0 {
		record, err := session.revision(ctx, o.revision)
		if err != nil {
			return nil, nil, err
		}
		return record, nil, o.refuse(ctx, session, record)
	}
	record, unreadable, err := session.store.LastHealthy(ctx, current.Revision)
	if err != nil {
		return nil, nil, session.unread(err)
	}
	var warnings []planner.Warning
	for _, err := range unreadable {
		warnings = append(warnings, planner.Warning{Summary: "A healthy revision is passed over", Detail: err.Error()})
	}
	if record == nil {
		return nil, nil, &hintError{
			fmt.Errorf("there is nothing to go back to: %s has no healthy revision before revision %d", session.release.Name, current.Revision),
			"history lists its revisions",
		}
	}
	return record, warnings, nil
}

// refuse returns an error when a revision was not healthy, so that going back to
// it mends nothing.
func (o *rollbackOptions) refuse(ctx context.Context, session *session, record *release.Record) error {
	why := ""
	switch record.Status {
	case release.Deployed, release.Superseded:
		return nil
	case release.Pending:
		why = "its run did not record an end"
	case release.RolledBack:
		why = "it failed and was rolled back"
	default:
		why = "it failed"
	}
	hint := "no revision before it was healthy"
	if healthy, _, err := session.store.LastHealthy(ctx, record.Revision); err == nil && healthy != nil {
		hint = fmt.Sprintf("revision %d is the last healthy one before it", healthy.Revision)
	}
	return &hintError{fmt.Errorf("revision %d of %s is none to go back to: %s", record.Revision, session.release.Name, why), hint}
}
