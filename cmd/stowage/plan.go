package main

import (
	"context"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
)

type planOptions struct {
	streams          *streams
	identity         identity
	permissions      permissionFlags
	output           output
	target           targetFlags
	destroy          bool
	detailedExitCode bool
}

func newPlan(s *streams) *cobra.Command {
	o := planOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "plan [DIR]",
		Short: "Show what apply would change",
		Long: `Show what apply would change, why, and what that does to running pods.

Nothing is written, neither to the cluster nor to disk.`,
		Args: atMostOneDir,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.identity.set(args); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	o.identity.register(cmd)
	o.permissions.register(cmd)
	o.target.register(cmd, s, &o.identity)
	o.output.register(cmd, "json")
	cmd.Flags().BoolVar(&o.destroy, "destroy", false, "plan to delete everything")
	cmd.Flags().BoolVar(&o.detailedExitCode, "detailed-exitcode", false, "exit with 2 when there are changes")
	return cmd
}

func (o *planOptions) run(ctx context.Context) error {
	if o.destroy && len(o.target.addresses) > 0 {
		return usage("take what is to go out of the configuration, and target that", "--destroy is for all of the release, and --target for a part of it")
	}
	session, err := o.identity.open(ctx, o.streams)
	if err != nil {
		return err
	}
	recorded, err := session.recorded(ctx)
	if err != nil {
		return err
	}
	plan, err := o.plan(ctx, session, recorded)
	if err != nil {
		return err
	}
	if err := o.show(plan); err != nil {
		return err
	}
	if o.detailedExitCode && !plan.Empty() {
		return errChanges
	}
	return nil
}

func (o *planOptions) plan(ctx context.Context, session *session, recorded recorded) (planned view.Planned, err error) {
	planned = view.Planned{Target: session.target, Pending: recorded.pending, Where: o.identity.flags()}
	if o.destroy {
		planned.Plan, err = session.planDestroy(ctx, recorded, o.permissions.options())
		return planned, err
	}
	planned.Plan, planned.Outputs, err = session.plan(ctx, recorded, o.target.addresses, o.permissions.options())
	return planned, err
}

func (o *planOptions) show(plan view.Planned) error {
	if o.output.is("json") {
		return view.PlanJSON(o.streams.out.Out, plan)
	}
	if err := view.Plan(o.streams.out, plan); err != nil {
		return err
	}
	if err := view.Waiting(o.streams.out, plan, view.NotApplied); err != nil {
		return err
	}
	if plan.Empty() {
		return nil
	}
	return view.PlannedOutputs(o.streams.out, plan.Outputs)
}
