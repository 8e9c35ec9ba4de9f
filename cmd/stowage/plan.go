package main

import (
	"context"

	"github.com/spf13/cobra"

	"stowage/cmd/stowage/view"
	"stowage/planner"
)

type planOptions struct {
	streams          *streams
	inputs           inputFlags
	cluster          clusterFlags
	permissions      permissionFlags
	output           output
	destroy          bool
	detailedExitCode bool
	dir              string
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
			o.dir = dirOf(args)
			return o.run(cmd.Context())
		},
	}
	o.inputs.register(cmd)
	o.cluster.register(cmd)
	o.permissions.register(cmd)
	o.output.register(cmd, "json")
	cmd.Flags().BoolVar(&o.destroy, "destroy", false, "plan to delete everything")
	cmd.Flags().BoolVar(&o.detailedExitCode, "detailed-exitcode", false, "exit with 2 when there are changes")
	return cmd
}

func (o *planOptions) run(ctx context.Context) error {
	session, err := open(ctx, o.streams, o.dir, o.inputs, o.cluster)
	if err != nil {
		return err
	}
	recorded, err := session.recorded(ctx)
	if err != nil {
		return err
	}
	plan, outputs, err := o.plan(ctx, session, recorded)
	if err != nil {
		return err
	}
	if err := o.show(plan, outputs, session.target); err != nil {
		return err
	}
	if o.detailedExitCode && !plan.Empty() {
		return errChanges
	}
	return nil
}

func (o *planOptions) plan(ctx context.Context, session *session, recorded recorded) (*planner.Plan, []view.Output, error) {
	if o.destroy {
		plan, err := session.planDestroy(ctx, recorded, o.permissions.options())
		return plan, nil, err
	}
	return session.plan(ctx, recorded, o.permissions.options())
}

func (o *planOptions) show(plan *planner.Plan, outputs []view.Output, target view.Target) error {
	if o.output.is("json") {
		return view.PlanJSON(o.streams.out.Out, view.Planned{Plan: plan, Target: target, Outputs: outputs})
	}
	if err := view.Plan(o.streams.out, view.Planned{Plan: plan, Target: target}); err != nil {
		return err
	}
	if plan.Empty() {
		return nil
	}
	return view.PlannedOutputs(o.streams.out, outputs)
}
