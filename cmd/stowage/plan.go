package main

import (
	"context"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
	"stowage/planner"
)

type planOptions struct {
	streams          *streams
	identity         identity
	permissions      permissionFlags
	output           output
	format           reviewFormat
	target           targetFlags
	out              outFlags
	destroy          bool
	driftOnly        bool
	detailedExitCode bool
}

func newPlan(s *streams) *cobra.Command {
	o := planOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "plan [DIR]",
		Short: "Show what apply would change",
		Long: `Show what apply would change, why, and what that does to running pods.

Nothing is written to the cluster. --out saves the plan to a file, which apply
carries out exactly, or refuses when what it was made from has changed since.

--drift-only compares the cluster with what was applied last instead. Of the
configuration only the release block is read then, and --release with -n does
without one.`,
		Args: atMostOneDir,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.identity.set(args); err != nil {
				return err
			}
			if err := o.out.check(cmd); err != nil {
				return err
			}
			if err := o.format.check(o.output); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	o.identity.registerName(cmd)
	o.permissions.register(cmd)
	o.target.register(cmd, s, &o.identity)
	o.out.register(cmd)
	o.output.register(cmd, "json")
	o.format.register(cmd)
	cmd.Flags().BoolVar(&o.destroy, "destroy", false, "plan to delete everything")
	cmd.Flags().BoolVar(&o.driftOnly, "drift-only", false, "show what somebody changed since the release was applied, and exit with 2 when there is any")
	cmd.Flags().BoolVar(&o.detailedExitCode, "detailed-exitcode", false, "exit with 2 when there are changes")
	return cmd
}

func (o *planOptions) run(ctx context.Context) error {
	if o.destroy && len(o.target.addresses) > 0 {
		return usage("take what is to go out of the configuration, and target that", "--destroy is for all of the release, and --target for a part of it")
	}
	if err := o.checkDriftOnly(); err != nil {
		return err
	}
	session, err := o.identity.open(ctx, o.streams)
	if err != nil {
		return err
	}
	recorded, err := session.recorded(ctx)
	if err != nil {
		return err
	}
	if o.driftOnly {
		return o.runDriftOnly(ctx, session, recorded)
	}
	options := o.out.prepare(&recorded, o.permissions.options())
	plan, err := o.plan(ctx, session, recorded, options)
	if err != nil {
		return err
	}
	if err := o.save(ctx, session, recorded, plan); err != nil {
		return err
	}
	if err := o.show(plan); err != nil {
		return err
	}
	if err := o.showSaved(); err != nil {
		return err
	}
	if o.detailedExitCode && !plan.Empty() {
		return errChanges
	}
	return nil
}

func (o *planOptions) plan(ctx context.Context, session *session, recorded recorded, options planner.Options) (planned view.Planned, err error) {
	planned = view.Planned{Target: session.target, Pending: recorded.pending, Where: o.identity.flags()}
	if o.destroy {
		planned.Target = session.targetOf(recorded.record)
		planned.Plan, err = session.planDestroy(ctx, recorded, options)
		return planned, err
	}
	planned.Plan, planned.Outputs, err = session.plan(ctx, recorded, o.target.addresses, options)
	return planned, err
}

func (o *planOptions) show(plan view.Planned) error {
	defer o.streams.github.planned(plan)
	if o.output.is("json") {
		return view.PlanJSON(o.streams.out.Out, plan)
	}
	return o.format.show(o.streams.out, plan)
}

// showPlan shows a plan that is not carried out now.
func showPlan(s view.Screen, plan view.Planned) error {
	if err := view.Plan(s, plan); err != nil {
		return err
	}
	if err := view.Waiting(s, plan, view.NotApplied); err != nil {
		return err
	}
	if plan.Empty() {
		return nil
	}
	return view.PlannedOutputs(s, plan.Outputs)
}
