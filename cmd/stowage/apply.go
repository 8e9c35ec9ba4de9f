package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"stowage/internal/release"
)

type applyOptions struct {
	streams     *streams
	inputs      inputFlags
	cluster     clusterFlags
	permissions permissionFlags
	execute     executeFlags
	output      output
	dir         string
}

func newApply(s *streams) *cobra.Command {
	o := applyOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "apply [DIR]",
		Short: "Make the cluster what the configuration says",
		Long: `Make the cluster what the configuration says.

The plan is shown first, and applied when the answer is yes: each object when
what it needs is ready, independent ones side by side. A second run has nothing
to do. A run that was killed is repaired by running apply again.`,
		Args: atMostOneDir,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.dir = dirOf(args)
			return o.run(cmd.Context())
		},
	}
	o.inputs.register(cmd)
	o.cluster.register(cmd)
	o.permissions.register(cmd)
	o.execute.register(cmd)
	o.execute.registerWait(cmd)
	o.output.register(cmd, "json")
	return cmd
}

func (o *applyOptions) run(ctx context.Context) error {
	approval, err := o.execute.approval(o.streams, o.output)
	if err != nil {
		return err
	}
	session, err := open(ctx, o.streams, o.dir, o.inputs, o.cluster)
	if err != nil {
		return err
	}
	recorded, err := session.recorded(ctx)
	if err != nil {
		return err
	}
	options := o.execute.options(o.dir)
	options.ForceConflicts = o.permissions.forceConflicts
	options.Prior = recorded.record
	if recorded.key == nil {
		// The release's first: its Secrets get their final names now, and the key
		// is kept with what it was used for.
		recorded.key = release.NewKey()
		options.NewKey = recorded.key
	}
	plan, outputs, err := session.plan(ctx, recorded, o.permissions.options())
	if err != nil {
		return err
	}
	x := execution{
		streams: o.streams, session: session, plan: plan, outputs: outputs, options: options, json: o.output.is("json"),
	}
	return x.run(ctx, approval, fmt.Sprintf("Apply this to %s?", session.target))
}
