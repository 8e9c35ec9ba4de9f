package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

type destroyOptions struct {
	streams     *streams
	inputs      inputFlags
	cluster     clusterFlags
	permissions permissionFlags
	execute     executeFlags
	output      output
	dir         string
}

func newDestroy(s *streams) *cobra.Command {
	o := destroyOptions{streams: s}
	cmd := &cobra.Command{
		Use:   "destroy [DIR]",
		Short: "Delete everything that a release has made",
		Long: `Delete everything that a release has made, in reverse order.

The plan is shown first, and carried out when the answer is yes. Claims and the
namespace stay, unless they are asked for. Of the configuration only the release
block is read.`,
		Args: atMostOneDir,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.dir = dirOf(args)
			return o.run(cmd.Context())
		},
	}
	o.inputs.register(cmd)
	o.cluster.register(cmd)
	o.permissions.registerDelete(cmd)
	o.execute.register(cmd)
	o.output.register(cmd, "json")
	return cmd
}

func (o *destroyOptions) run(ctx context.Context) error {
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
	plan, err := session.planDestroy(ctx, recorded, o.permissions.options())
	if err != nil {
		return err
	}
	options := o.execute.options(o.dir)
	options.Prior = recorded.record
	x := execution{streams: o.streams, session: session, plan: plan, options: options, json: o.output.is("json")}
	return x.run(ctx, approval, fmt.Sprintf("Delete this from %s?", session.target))
}
